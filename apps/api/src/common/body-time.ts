import type { FastifyInstance, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The body may take its time: who serves the route limits it. */
    slowBody?: boolean;
    /** Less time than others have, in milliseconds. */
    bodyMs?: number;
  }
}

function announcesBody({ headers }: FastifyRequest): boolean {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers;
  return length !== '0' || encoding !== undefined;
}

/**
 * Cuts off who takes longer to send a body. Node's own `requestTimeout` is one for the whole server, and some routes
 * take bodies that are on their way for minutes.
 * @param refuse answers on the bare socket, where nothing was answered yet
 */
export function limitBodyTime(
  fastify: FastifyInstance,
  milliseconds: number,
  refuse: (socket: FastifyRequest['raw']['socket']) => void,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { raw } = request;
    const { slowBody, bodyMs = milliseconds } = request.routeOptions.config;
    if (announcesBody(request) && slowBody !== true) {
      const timer = setTimeout(() => {
        if (!reply.raw.headersSent) refuse(raw.socket);
        raw.socket.destroySoon();
      }, bodyMs);
      const stop = () => clearTimeout(timer);
      raw.once('end', stop).once('close', stop);
    }
    done();
  });
}
