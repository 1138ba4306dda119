// The proxy: calls with small bodies, and memory under large ones.
import { request } from 'undici';
import { sideBySide } from '../loops.mjs';
import { client } from './callers.mjs';

const proxied = ({ stack, program, integrationId }, path) =>
  client(`${stack}/api/v1/integrations/${integrationId}/proxy${path}`, { headers: program });
const direct = ({ target }, path) => client(`${target}${path}`);
const passedOn = ({ bare, target }, path) =>
  client(`${bare}/passed-on?to=${encodeURIComponent(target + path)}`);

const besideDirect = (path) => (bench) =>
  sideBySide(
    () => proxied(bench, path),
    () => direct(bench, path),
  );

/** A body of 100 MB each way: what the server's memory grew by at most, in MiB. */
async function streamed({ ask, stack, program, integrationId }) {
  const url = `${stack}/api/v1/integrations/${integrationId}/proxy/large`;
  const before = await ask('memory', true);
  let most = before;
  const watch = setInterval(async () => (most = Math.max(most, await ask('memory'))), 50);
  const chunk = Buffer.alloc(64 * 1024, 120);
  for (let round = 0; round < 3; round += 1) {
    const down = await request(url, { headers: program });
    for await (const part of down.body) void part;
    const up = await request(url.replace('large', 'upload'), {
      method: 'POST',
      headers: program,
      body: (async function* upload() {
        for (let sent = 0; sent < 1600; sent += 1) yield chunk;
      })(),
    });
    await up.body.dump();
  }
  clearInterval(watch);
  return most - before;
}

export const PROXY = [
  {
    what: 'proxied call with a small body, of a service that answers after 5 ms',
    against: 'the same call made directly with undici',
    reach: 0.5,
    measure: besideDirect('/near'),
  },
  // The rest is not judged: where the service takes no time, a process in between that does nothing but pass on is already
  // below a half.
  {
    what: 'proxied call with a small body, of a service that answers at once',
    against: 'the same call made directly with undici',
    measure: besideDirect('/me'),
  },
  {
    what: 'the same call through a bare Fastify route that passes it on',
    against: 'the same call made directly with undici',
    measure: (bench) =>
      sideBySide(
        () => passedOn(bench, '/me'),
        () => direct(bench, '/me'),
      ),
  },
  {
    what: 'proxied bodies of 100 MB each way, grown by, in MiB',
    against: '64 MiB',
    most: { mib: 64 },
    measure: async (bench) => {
      const mib = await streamed(bench);
      return { measured: mib, mib };
    },
  },
];
