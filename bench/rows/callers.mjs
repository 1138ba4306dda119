// How the rows call: a route under load, and a program that calls with undici.
import autocannon from 'autocannon';
import { Agent, request } from 'undici';
import { loop, ROUND_MS } from '../loops.mjs';

export const CONNECTIONS = 20;

/** @param request of another kind than GET */
export async function route(url, headers = {}, connections = CONNECTIONS, request = {}) {
  const result = await autocannon({ url, headers, connections, duration: ROUND_MS / 1000, ...request });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refusals, ${result.errors} errors`);
  return { rate: result.requests.average, average: result.latency.average, p99: result.latency.p99 };
}

export const authenticated = ({ stack, person }, connections) =>
  route(`${stack}/api/v1/permissions`, person, connections);

export async function client(url, options = {}) {
  const dispatcher = new Agent({ connections: CONNECTIONS });
  const result = await loop(CONNECTIONS, ROUND_MS, async () => {
    const { statusCode, body } = await request(url, { dispatcher, ...options });
    await body.dump();
    if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`);
  });
  await dispatcher.close();
  return result;
}
