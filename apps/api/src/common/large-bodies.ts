import { Transform } from 'node:stream';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from './app-error.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** In bytes: more than other routes take, of JSON whose length is announced. */
    largestBody?: number;
  }
}

const MEBIBYTE = 1024 * 1024;
/** Anybody may send one, and it is in memory before its signature can be looked at. */
const AT_ONCE = 2;
const RETRY_SECONDS = 10;

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
 * Lets routes with `largestBody` take more than others, few at once, so that what strangers send cannot fill the memory.
 * To be called before routes are made.
 * @param usual what every route takes, in bytes
 */
export function allowLargeBodies(fastify: FastifyInstance, usual: number): void {
  let taken = 0;
  fastify.addHook('onRoute', (route) => {
    const { largestBody } = route.config ?? {};
    if (largestBody !== undefined) route.bodyLimit = largestBody;
  });
  fastify.addHook('onRequest', (request, reply, done) => {
    const { largestBody } = request.routeOptions.config;
    const announced = Number(request.headers['content-length'] ?? 0);
    if (largestBody === undefined || announced <= usual) return done();
    // What is not read is not waited for either.
    void reply.header('connection', 'close');
    const most = isJson(request) ? largestBody : usual;
    if (announced > most) return done(tooLarge(most));
    if (taken >= AT_ONCE) {
      return done(
        new AppError(
          'UNAVAILABLE',
          'Other large deliveries are being read. Send this one again in a moment.',
          {
            retryAfter: RETRY_SECONDS,
          },
        ),
      );
    }
    taken += 1;
    reply.raw.once('close', () => (taken -= 1));
    done();
  });
  fastify.addHook('preParsing', (request, _reply, payload, done) => {
    const { largestBody } = request.routeOptions.config;
    const isBounded = largestBody === undefined || request.headers['content-length'] !== undefined;
    done(null, isBounded ? payload : payload.pipe(upTo(usual)));
  });
}
