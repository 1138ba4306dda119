import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** Addresses without a version, for which clients were written before there was one, and where they are now. */
const FORMER = {
  '/api/oauth/callback': '/api/v1/oauth/callback',
  '/api/integrations': '/api/v1/integrations',
  '/api/connections': '/api/v1/integrations',
};

/** 308: the method and the body go along. The query and what follows the beginning are kept as they came. */
export function serveFormerAddresses(fastify: FastifyInstance): void {
  for (const [former, now] of Object.entries(FORMER)) {
    const redirect = (request: FastifyRequest, reply: FastifyReply): void => {
      void reply.redirect(`${now}${request.url.slice(former.length)}`, 308);
    };
    // Before the body is read: it is for the address that it goes to.
    const options = { onRequest: redirect };
    for (const url of former.endsWith('/callback') ? [former] : [former, `${former}/*`])
      fastify.all(url, options, redirect);
  }
}
