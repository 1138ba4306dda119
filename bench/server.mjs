// The built application, a bare Fastify, and what is measured without HTTP, in one process; asked for by run.mjs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify from 'fastify';
import { request } from 'undici';
import { createApplication } from '../apps/api/dist/bootstrap.js';
import { loadEnvironment } from '../apps/api/dist/config/environment.js';
import { openDatabase } from '../apps/api/dist/database/open-database.js';
import { PERMISSIONS } from '../apps/api/dist/identity/permissions.js';
import { Measures } from './measures/measures.mjs';

const folder = mkdtempSync(join(tmpdir(), 'latchkey-bench-'));
const environment = loadEnvironment({
  LATCHKEY_DATA_DIR: folder,
  LATCHKEY_ROLE: process.env.BENCH_ROLE ?? 'api',
  HEALTH_CHECK_INTERVAL: process.env.HEALTH_CHECK_INTERVAL,
  EGRESS_ALLOW: '127.0.0.0/8',
});
const database = await openDatabase(environment);
const app = await createApplication(environment, database.urls);
await app.listen(0, '127.0.0.1');

// The same answer as the route it is held against, with nothing before it.
const bare = Fastify();
const answer = { success: true, data: { permissions: PERMISSIONS } };
bare.get('/bare', () => answer);
// The least that a proxy can do: no caller is known, nothing is checked, limited or counted.
bare.get('/passed-on', async ({ query }, reply) => {
  const { statusCode, headers, body } = await request(query.to);
  return reply
    .status(statusCode)
    .headers(headers)
    .send(Buffer.from(await body.arrayBuffer()));
});
await bare.listen({ port: 0, host: '127.0.0.1' });

const measures = new Measures(app, database.urls);

async function stop() {
  await measures.close();
  await bare.close();
  await app.close();
  await database.close();
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}

process.on('message', async ({ id, call, parameters = [] }) => {
  if (call === 'stop') return stop();
  try {
    process.send({ id, result: await measures.call(call, parameters) });
  } catch (error) {
    process.send({ id, error: error.stack });
  }
});
process.send({ stack: app.getHttpServer().address().port, bare: bare.server.address().port });
