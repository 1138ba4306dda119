// The service that proxied calls go to: small answers, and large bodies both ways.
import { createServer } from 'node:http';

const SMALL = JSON.stringify({ ok: true, name: 'bench' });
/** As far away as a service in the same region. */
const NEAR_MS = 5;
const CHUNK = Buffer.alloc(64 * 1024, 120);

createServer((request, response) => {
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
  const answer = () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': SMALL.length });
    response.end(SMALL);
  };
  request.resume().on('end', () => (request.url === '/near' ? setTimeout(answer, NEAR_MS) : answer()));
}).listen(0, '127.0.0.1', function listening() {
  process.send(this.address().port);
});
process.on('disconnect', () => process.exit(0));
