import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { isUUID } from 'class-validator';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AccessGuard } from '../../auth/access.guard.js';
import { AppError } from '../../common/app-error.js';
import { type AuthenticatedRequest, RequireScope } from '../../common/decorators.js';
import type { ErrorFilter } from '../../common/error.filter.js';
import { ProxyLimits } from './proxy-limits.js';
import { sendAnswer } from './proxy-sender.js';
import { ProxyService } from './proxy.service.js';

/** Besides those that Fastify knows: WebDAV (RFC 4918, 3253, 3744, 5323), CalDAV and QUERY. */
const FURTHER_METHODS =
  'PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK SEARCH REPORT ACL MKCALENDAR MERGE CHECKOUT BIND UNBIND LINK UNLINK PURGE QUERY'.split(
    ' ',
  );
/** TRACE echoes the credential it is sent. CONNECT never becomes a request. */
const REFUSED_METHODS = new Set(['TRACE', 'CONNECT']);

/** The request target as it came over the wire: neither an absolute one (RFC 9112, 3.2.2) nor any other spelling. */
const TARGET = /^(\/api\/v1\/integrations\/([^/?#]+)\/proxy)(\/[^?#]*)?(?:\?([^#]*))?$/;

const PROXIED = /^\/api\/v1\/integrations\/[^/?#]+\/proxy(?:[/?#]|$)/;

interface Parsed {
  id: string;
  ownPath: string;
  target: { path: string; query: string };
}

/** Carries what the guard reads of a route. */
class ProxyRoute {
  @RequireScope('proxy:call')
  call(): void {}
}

/** @throws AppError VALIDATION_FAILED, NOT_FOUND */
function parse(request: FastifyRequest): Parsed {
  const [, ownPath = '', id = '', path = '', query = ''] = TARGET.exec(request.raw.url ?? '') ?? [];
  if (ownPath === '') {
    throw new AppError(
      'VALIDATION_FAILED',
      'Write the address as /api/v1/integrations/{id}/proxy/{path}, without a host and without percent codes before the path.',
    );
  }
  if (!isUUID(id)) throw AppError.notFound('integration');
  if (REFUSED_METHODS.has(request.method)) {
    throw new AppError('VALIDATION_FAILED', `The method ${request.method} cannot be proxied.`);
  }
  const { connection = '', upgrade = '', 'transfer-encoding': coding } = request.headers;
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    // It is of one connection (RFC 9112, 6.1): passed on without it the body would be another.
    throw new AppError(
      'VALIDATION_FAILED',
      'Of Transfer-Encoding only “chunked” is taken. Name a compression in Content-Encoding instead.',
    );
  }
  // Without the one the other means nothing (RFC 9110, 7.8).
  if (/\bupgrade\b/i.test(connection) && /^websocket$/i.test(upgrade)) {
    throw new AppError(
      'VALIDATION_FAILED',
      'WebSockets are not proxied. Read the credential and connect to the service itself.',
    );
  }
  return { id, ownPath, target: { path, query } };
}

/** Whoever announced a body with `Expect: 100-continue` sends it now, and only now that nothing was refused. */
function askForBody({ raw }: FastifyRequest, reply: FastifyReply): void {
  if (raw.headers.expect !== undefined && raw.httpVersion === '1.1') reply.raw.writeContinue();
}

class ProxyEndpoint {
  constructor(
    private readonly guard: AccessGuard,
    private readonly service: ProxyService,
    private readonly limits: ProxyLimits,
    private readonly errors: ErrorFilter,
  ) {}

  async handle(request: AuthenticatedRequest, reply: FastifyReply): Promise<FastifyReply> {
    const gone = new AbortController();
    let leave: (() => void) | undefined;
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) gone.abort();
      leave?.();
    });
    this.letGoOfTheRest(request, reply);
    try {
      await this.admit(request, reply);
      const { id, ownPath, target } = parse(request);
      const program = request.program!;
      // Who may not call it takes nobody's place.
      const { organizationId } = program;
      leave = await this.service.enter({ organizationId, integrationId: id.toLowerCase() }, gone);
      if (reply.raw.destroyed) leave();
      const call = {
        integrationId: id,
        target,
        incoming: request.raw,
        askForBody: () => askForBody(request, reply),
        ownPath,
        signal: gone.signal,
      };
      sendAnswer(reply, await this.service.call(program, call), this.limits.stream.idleMs);
    } catch (error) {
      await this.errors.respond(error, request, reply);
    }
    return reply;
  }

  private async admit(request: AuthenticatedRequest, reply: FastifyReply): Promise<void> {
    // The rest of the path is the provider's, and no id of ours.
    const { id } = request.params as { id: string };
    request.params = { id };
    await this.guard.canActivate(
      new ExecutionContextHost([request, reply], ProxyRoute, ProxyRoute.prototype.call),
    );
  }

  /** A body that nobody wants any more may end for a moment, so that the answer is read before the connection goes. */
  private letGoOfTheRest({ raw: incoming }: FastifyRequest, reply: FastifyReply): void {
    reply.raw.once('finish', () => {
      if (incoming.complete) return;
      const timer = setTimeout(() => incoming.socket.destroy(), this.limits.lingerMs);
      incoming.once('close', () => clearTimeout(timer)).resume();
    });
  }
}

/**
 * ANY /api/v1/integrations/{id}/proxy/{path}. A route of Fastify's own and none of Nest's: bodies are streams that
 * nothing here reads, and an answer is the provider's, without an envelope.
 */
export async function serveProxy(app: NestFastifyApplication, errors: ErrorFilter): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  for (const method of FURTHER_METHODS) {
    if (!fastify.supportedMethods.includes(method)) fastify.addHttpMethod(method, { hasBody: true });
  }
  const endpoint = new ProxyEndpoint(
    app.get(AccessGuard, { strict: false }),
    app.get(ProxyService, { strict: false }),
    app.get(ProxyLimits, { strict: false }),
    errors,
  );
  // Without this listener Node asks for every body at once, before anybody looked at who sends it.
  fastify.server.on('checkContinue', (request, response) => {
    if (!PROXIED.test(request.url ?? '')) response.writeContinue();
    fastify.server.emit('request', request, response);
  });
  // A context of its own, so that hooks which come later, for the rest of the API, cost nothing here.
  await fastify.register(async (own) => {
    for (const url of ['/api/v1/integrations/:id/proxy', '/api/v1/integrations/:id/proxy/*'])
      own.route({
        method: fastify.supportedMethods as string[],
        url,
        config: { slowBody: true },
        // Before Fastify looks at the body: whatever its type, it is the provider's to judge.
        onRequest: (request, reply) => endpoint.handle(request, reply),
        handler: () => {
          throw new Error('a proxied call went past its hook');
        },
      });
  });
}
