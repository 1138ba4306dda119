import { randomUUID } from 'node:crypto';
import { maxHeaderSize } from 'node:http';
import type { Socket } from 'node:net';
import fastifyCookie from '@fastify/cookie';
import { ConsoleLogger, type INestApplication, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serveProxy } from './access/proxy/proxy.routes.js';
import { AppModule } from './app.module.js';
import { RefusalRecorder } from './audit/refusal-recorder.js';
import { AppError } from './common/app-error.js';
import { type Clock, SystemClock } from './common/clock.js';
import { refuseDeepBodies } from './common/body-depth.js';
import { limitBodyTime } from './common/body-time.js';
import { allowLargeBodies } from './common/large-bodies.js';
import { envelope } from './common/envelope.js';
import { ErrorFilter, errorBody, REFUSAL_HEADER } from './common/error.filter.js';
import { requestValidation } from './common/validation.js';
import type { Environment } from './config/environment.js';
import type { DatabaseUrls } from './database/migrate.js';
import { serveFormerAddresses } from './former-addresses.js';
import { serveDocumentation } from './openapi.js';
import { openerPolicy, securityHeaders } from './security-headers.js';
import { serveWebApp } from './web-app.js';

const BODY_LIMIT = 1024 * 1024;
const FORM_TYPE = 'application/x-www-form-urlencoded';
/** A client that takes longer to send its request is cut off. */
const REQUEST_LIMIT_MS = 30_000;
/** For the body of a proxied call, which may be large; the proxy itself ends those that stall. */
const SLOW_REQUEST_LIMIT_MS = 20 * 60_000;
/** While it closes. */
const IDLE_LOOK_MS = 50;
const UNVERSIONED = ['health/live', 'health/ready'];

/** Why a start failed is told by who started it, in plain words: Nest need not print its stack before. */
class BootLogger extends ConsoleLogger {
  override error(message: unknown, ...rest: unknown[]): void {
    if (rest.at(-1) !== 'ExceptionHandler') super.error(message, ...rest);
  }
}

/** What every way of making the application shares: the server, tests, and the writer of the API document. */
export function applyConventions(app: INestApplication): void {
  app.setGlobalPrefix('api', { exclude: UNVERSIONED });
  app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  app.useGlobalPipes(requestValidation());
}

export function createAdapter(environment: Environment): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    // Of the whole server, so it is that of its slowest route; `limitBodyTime` limits all the others.
    requestTimeout: SLOW_REQUEST_LIMIT_MS,
    http: { headersTimeout: REQUEST_LIMIT_MS },
    trustProxy: environment.trustedProxies.length > 0 ? environment.trustedProxies : false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    return503OnClosing: true,
    frameworkErrors: (_error: Error, request: FastifyRequest, reply: FastifyReply) => {
      const refusal = new AppError(
        'VALIDATION_FAILED',
        'The address cannot be read: check its percent codes.',
      );
      void reply
        .status(refusal.status)
        .header(REFUSAL_HEADER, refusal.code)
        .send(errorBody(refusal, request.id));
    },
    clientErrorHandler: (error, socket) => refuseUnreadable(error, socket),
    routerOptions: { maxParamLength: 500 },
  });
}

const UNREADABLE: Readonly<Record<string, [status: string, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'The request took too long to arrive.'],
  HPE_HEADER_OVERFLOW: [
    '431 Request Header Fields Too Large',
    `The address and the headers of the request are too large; ${maxHeaderSize} bytes together is the most.`,
  ],
};

/** What is not HTTP never becomes a request; it still gets the contract's answer. */
function refuseUnreadable({ code }: { code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || !socket.writable) return;
  const [status, message] = UNREADABLE[code ?? ''] ?? [
    '400 Bad Request',
    'This is not a request that can be read.',
  ];
  const refusal = new AppError('VALIDATION_FAILED', message);
  const body = JSON.stringify(errorBody(refusal, randomUUID()));
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${REFUSAL_HEADER}: ${refusal.code}\r\nConnection: close\r\n\r\n${body}`,
  );
}

const isApi = (url: string): boolean => url.startsWith('/api/v1/') || url.startsWith('/health/');

function addHooks(app: NestFastifyApplication, fastify: FastifyInstance, environment: Environment): void {
  const headers = securityHeaders(environment.servedOverTls);
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    void reply.headers(headers);
    const opener = openerPolicy(request.url);
    if (opener !== undefined) void reply.header('cross-origin-opener-policy', opener);
    void reply.header('x-request-id', request.id);
    if (isApi(request.url)) void reply.header('cache-control', 'no-store');
    if (environment.forceHttps && request.protocol !== 'https' && !request.url.startsWith('/health/')) {
      void reply.redirect(new URL(request.url, environment.publicUrl).toString(), 308);
      return;
    }
    if (environment.role === 'worker' && !request.url.startsWith('/health/')) {
      const refusal = new AppError('UNAVAILABLE', 'This process is a worker; it serves /health alone.');
      void reply
        .status(refusal.status)
        .header(REFUSAL_HEADER, refusal.code)
        .send(errorBody(refusal, request.id));
      return;
    }
    done();
  });
  limitBodyTime(fastify, REQUEST_LIMIT_MS, (socket) =>
    refuseUnreadable({ code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket),
  );
  allowLargeBodies(fastify, BODY_LIMIT, (gate) => app.get(gate, { strict: false }));
  fastify.addHook('preValidation', refuseDeepBodies);
  fastify.addHook('preSerialization', (request, _reply, payload, done) => {
    const isEnvelope = typeof payload === 'object' && payload !== null && 'success' in payload;
    done(null, isEnvelope || !isApi(request.url) ? payload : envelope(payload));
  });
}

/**
 * A connection that was busy when the server was told to close becomes idle later; Node looks for idle ones once, and the
 * stop would wait for as long as clients keep them.
 */
function letGoOfConnections(fastify: FastifyInstance): void {
  fastify.addHook('preClose', (done) => {
    const timer = setInterval(() => fastify.server.closeIdleConnections(), IDLE_LOOK_MS).unref();
    fastify.server.once('close', () => clearInterval(timer));
    done();
  });
}

/**
 * Many clients name JSON as their type and send nothing, where a route takes nothing. Webhooks get the bytes: their
 * signature is over those.
 */
function readJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const { rawBody } = request.routeOptions.config as { rawBody?: boolean };
    if (rawBody) done(null, body);
    else if (body.length === 0) done(null, undefined);
    else void parse(request, body.toString('utf8'), done);
  });
  // GitHub sends its webhooks as forms where its settings say so. Nothing else takes one.
  fastify.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, (request, body, done) => {
    const { rawBody } = request.routeOptions.config as { rawBody?: boolean };
    if (rawBody) done(null, body);
    else done(Object.assign(new Error('Unsupported Media Type'), { statusCode: 415 }));
  });
}

/** The whole application, ready to listen. */
export async function createApplication(
  environment: Environment,
  urls: DatabaseUrls,
  clock: Clock = new SystemClock(),
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.with(environment, urls, clock),
    createAdapter(environment),
    {
      abortOnError: false,
      // Fastify's own parser reads JSON; Nest would add one for forms, which this API does not take.
      bodyParser: false,
      logger: new BootLogger({
        logLevels: ['warn', 'error', 'fatal'],
        colors: process.stdout.isTTY ?? false,
      }),
    },
  );
  applyConventions(app);
  const refusals = app.get(RefusalRecorder);
  const errors = new ErrorFilter((request, refusal) => refusals.record(request, refusal));
  app.useGlobalFilters(errors);
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  fastify.removeContentTypeParser('text/plain');
  readJson(fastify);
  addHooks(app, fastify, environment);
  letGoOfConnections(fastify);
  await serveProxy(app, errors);
  await fastify.register(fastifyCookie);
  serveFormerAddresses(fastify);
  serveDocumentation(app);
  await serveWebApp(fastify);
  return app;
}
