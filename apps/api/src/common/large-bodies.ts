import { Transform } from 'node:stream';
import type { Type } from '@nestjs/common';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FairPlaces } from '../jobs/fair-places.js';
import { addressBlock } from './address-block.js';
import { AppError } from './app-error.js';

/** Says whether a body that is larger than others is wanted, by what shows before it. */
export interface BodyGate {
  /** @throws AppError where it is not, and none of it is taken */
  expect(request: FastifyRequest): Promise<void>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** In bytes: more than other routes take, of JSON whose length is announced. */
    largestBody?: number;
    /** Of a route with `largestBody`: who is asked before so much is taken. */
    bodyGate?: Type<BodyGate>;
  }
}

const MEBIBYTE = 1024 * 1024;
/** Anybody may send one, and it is in memory before its signature can be looked at. */
const AT_ONCE = 2;
/** One address has one place of the two. */
const MULTIPLE = 1;
const RETRY_SECONDS = 10;

const crowded = () =>
  new AppError('UNAVAILABLE', 'Other large deliveries are being read. Send this one again in a moment.', {
    retryAfter: RETRY_SECONDS,
  });

const tooLarge = (bytes: number): AppError =>
  new AppError('PAYLOAD_TOO_LARGE', `The request body is too large; ${bytes / MEBIBYTE} MiB is the most.`);

const isJson = ({ headers }: FastifyRequest): boolean =>
  /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');

/** A body without a length that is told beforehand ends here when it grows beyond what any route takes. */
const upTo = (most: number): Transform => {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > most) done(tooLarge(most));
      else done(null, chunk);
    },
  });
};

/**
 * Lets routes with `largestBody` take more than others, few at once and not all from one address, so that what strangers
 * send cannot fill the memory. To be called before routes are made.
 * @param usual what every route takes, in bytes
 */
export function allowLargeBodies(
  fastify: FastifyInstance,
  usual: number,
  gateOf: (gate: Type<BodyGate>) => BodyGate,
): void {
  const places = new FairPlaces(AT_ONCE, MULTIPLE);

  /** @throws AppError UNAVAILABLE */
  function takePlace({ ip }: FastifyRequest, { raw }: FastifyReply): void {
    // Nobody would give it back.
    if (raw.destroyed) return;
    const from = addressBlock(ip);
    if (places.room === 0 || places.full.includes(from)) throw crowded();
    places.take(from);
    raw.once('close', () => places.release(from));
  }

  fastify.addHook('onRoute', (route) => {
    const { largestBody } = route.config ?? {};
    if (largestBody !== undefined) route.bodyLimit = largestBody;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const { largestBody, bodyGate } = request.routeOptions.config;
    const announced = Number(request.headers['content-length'] ?? 0);
    if (largestBody === undefined || announced <= usual) return done();
    // What is not read is not waited for either.
    void reply.header('connection', 'close');
    const most = isJson(request) ? largestBody : usual;
    if (announced > most) return done(tooLarge(most));
    const expected = bodyGate ? gateOf(bodyGate).expect(request) : Promise.resolve();
    expected.then(() => takePlace(request, reply)).then(() => done(), done);
  });
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const { largestBody } = request.routeOptions.config;
    const isBounded = largestBody === undefined || request.headers['content-length'] !== undefined;
    done(null, isBounded ? payload : payload.pipe(upTo(usual)));
  });
}
