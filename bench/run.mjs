// `pnpm bench`: figures as ratios, taken side by side in one run. Results go to bench/results and to the screen.
// `pnpm bench credential proxy` runs the rows whose names hold one of the words.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { caller, start } from './process.mjs';
import { ROWS, streamed } from './rows.mjs';

const HERE = import.meta.dirname;
const CREDENTIALS = Number(process.env.BENCH_CREDENTIALS ?? 100_000);
const PLACES = 20;
const PASSWORD = 'winter tram pencil 42';
const MOST_STREAMED_MIB = 64;

const words = process.argv.slice(2);
const chosen = ROWS.filter(({ what }) => words.length === 0 || words.some((word) => what.includes(word)));

const { child: server, said: ports } = await start('server.mjs', ['--expose-gc']);
const { child: service, said: port } = await start('target.mjs');
const ask = caller(server);
const stack = `http://127.0.0.1:${ports.stack}`;
const target = `http://127.0.0.1:${port}`;

async function call(method, path, headers, body) {
  const response = await fetch(`${stack}/api/v1${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer.error)}`);
  return answer.data;
}

/** An organisation with an integration of the service. */
async function place(number) {
  const email = `bench${number}@example.com`;
  const names = { full_name: 'Bench', organization_name: `Bench ${number}` };
  const { user, tokens } = await call('POST', '/auth/register', {}, { email, password: PASSWORD, ...names });
  const person = { authorization: `Bearer ${tokens.access_token}` };
  const { integration } = await call('POST', '/integrations', person, {
    integration_type_id: 'generic_http',
    name: 'Bench',
    config: { base_url: target },
    credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: 'x'.repeat(40) },
  });
  return {
    email,
    person,
    userId: user.id,
    organizationId: user.organization_id,
    integrationId: integration.id,
  };
}

const places = [];
for (let number = 0; number < PLACES; number += 1) places.push(await place(number));
const [first] = places;
const { token, service_token: made } = await call('POST', '/service-tokens', first.person, {
  name: 'Bench',
  scopes: ['credentials:read', 'proxy:call'],
});
const { integration: authorised } = await call('POST', '/integrations', first.person, {
  integration_type_id: 'generic_http',
  name: 'Bench OAuth',
  config: { base_url: target, authorization_url: `${target}/authorize`, token_url: `${target}/token` },
  credentials: { credential_type: 'oauth2', client_id: 'bench', client_secret: 'x'.repeat(40) },
});
const bench = {
  ...first,
  oauthId: authorised.id,
  stack,
  target,
  bare: `http://127.0.0.1:${ports.bare}`,
  password: PASSWORD,
  program: { authorization: `Bearer ${token}` },
  tokenId: made.id,
  places,
  ask,
  setAuditOfReads: (audit_of_reads) =>
    call('PATCH', `/organizations/${first.organizationId}`, first.person, { audit_of_reads }),
};
await ask('multiply', first.organizationId, first.integrationId, CREDENTIALS);
const atRest = await ask('memory', true);

const rows = [];
for (const { measure, ...row } of chosen) {
  process.stderr.write(`${row.what} … `);
  rows.push({ ...row, ...(await measure(bench)) });
  process.stderr.write(`${rows.at(-1).ratio}${row.reach ? ` of ${row.reach}` : ''}\n`);
}
const memory = {
  after_start_mib: atRest,
  after_the_rows_mib: await ask('memory', true),
  grown_by_100_mb_bodies_mib: await streamed(bench),
};

const stopped = new Promise((resolve) => server.once('exit', resolve));
server.send({ call: 'stop' });
service.disconnect();
await stopped;

const reached = ({ ratio, reach = 0, most = {}, ...measured }) =>
  ratio >= reach && Object.entries(most).every(([name, limit]) => measured[name] <= limit);
const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
mkdirSync(join(HERE, 'results'), { recursive: true });
const file = join(HERE, 'results', `${new Date().toISOString().replaceAll(':', '-')}.json`);
writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, memory, rows }, null, 2)}\n`);
console.log(`${machine.cores} × ${machine.cpu}, ${machine.memory_gib} GiB, Node ${machine.node}`);
console.table(
  rows.map((row) => ({
    what: row.what,
    against: row.against,
    measured: row.measured,
    baseline: row.baseline,
    average_ms: row.average_ms,
    p99_ms: row.p99_ms,
    ratio: row.ratio,
    reach: row.reach,
    ok: reached(row),
  })),
);
console.table(memory);
const flat = memory.grown_by_100_mb_bodies_mib <= MOST_STREAMED_MIB;
process.exit(rows.every(reached) && flat ? 0 : 1);
