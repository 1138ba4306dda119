import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import { Logger } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { CHECKOUT } from './config/data-directory.js';

const WEB_APP = join(CHECKOUT, 'apps', 'web', 'dist');
const SERVER_PATHS = /^\/(api|health|metrics)(\/|\?|$)/;

/** Serves the built single-page app; its own addresses (`/integrations/…`) answer its page. */
export async function serveWebApp(fastify: FastifyInstance): Promise<void> {
  if (!existsSync(join(WEB_APP, 'index.html'))) {
    new Logger('WebApp').warn('The web app is not built; only the API is served. Run `pnpm build`.');
    return;
  }
  await fastify.register(fastifyStatic, {
    root: WEB_APP,
    wildcard: false,
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Names of assets carry a hash of their content; the page does not.
      const immutable = path.includes('/assets/');
      reply.header('cache-control', immutable ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  fastify.get('/*', (request, reply) => {
    const wantsPage = request.headers.accept?.includes('text/html') ?? false;
    if (SERVER_PATHS.test(request.url) || !wantsPage) return reply.callNotFound();
    return reply.sendFile('index.html');
  });
}
