// The service that proxied calls go to: small answers, and large bodies both ways. It issues tokens, too.
import { createServer } from 'node:http';

const SMALL = JSON.stringify({ ok: true, name: 'bench' });
/** As far away as a service in the same region. */
const NEAR_MS = 5;
/** As far away as one on another continent's edge, or one that works for its answer. */
const FAR_MS = 50;
/** What an authorization server takes for itself. */
const ISSUING_MS = 20;
let issued = 0;
/** Each is an origin of its own. */
const SERVICES = 20;
const CHUNK = Buffer.alloc(64 * 1024, 120);

const serve = (request, response) => {
  if (request.url.startsWith('/large')) {
    let left = 100 * 1024 * 1024;
    response.writeHead(200, { 'content-length': String(left) });
    const push = () => {
      while (left > 0) {
        left -= CHUNK.length;
        if (!response.write(CHUNK)) return response.once('drain', push);
      }
      response.end();
    };
    return push();
  }
  if (request.url === '/issued') return response.end(String(issued));
  if (request.url === '/token') {
    issued += 1;
    const token = { token_type: 'bearer', expires_in: 3600 };
    const granted = { ...token, access_token: `access-${issued}`, refresh_token: `refresh-${issued}` };
    return request.resume().on('end', () =>
      setTimeout(() => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify(granted));
      }, ISSUING_MS),
    );
  }
  const answer = () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': SMALL.length });
    response.end(SMALL);
  };
  const after = { '/near': NEAR_MS, '/far': FAR_MS }[request.url];
  request.resume().on('end', () => (after ? setTimeout(answer, after) : answer()));
};

const listen = () =>
  new Promise((resolve) => {
    const server = createServer(serve).listen(0, '127.0.0.1', () => resolve(server.address().port));
  });
const port = await listen();
process.send({ port, services: await Promise.all(Array.from({ length: SERVICES }, listen)) });
process.on('disconnect', () => process.exit(0));
