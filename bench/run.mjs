// `pnpm bench`: figures as ratios, taken side by side in one run. Results go to bench/results and to the screen.
import { fork } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';

const CONNECTIONS = 20;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);
const ROUNDS = 3;
const HERE = import.meta.dirname;

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

async function measure(url, headers = {}) {
  const result = await autocannon({ url, headers, connections: CONNECTIONS, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refusals, ${result.errors} errors`);
  return result.requests.average;
}

/** Alternates the two, so that a noisy moment meets both. */
async function sideBySide(measured, baseline) {
  const rounds = [];
  await measured();
  await baseline();
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push({ baseline: await baseline(), measured: await measured() });
  return {
    measured: Math.round(median(rounds.map((round) => round.measured))),
    baseline: Math.round(median(rounds.map((round) => round.baseline))),
    ratio: Number(median(rounds.map((round) => round.measured / round.baseline)).toFixed(3)),
  };
}

async function signUp(origin) {
  const response = await fetch(`${origin}/api/v1/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      email: 'bench@example.com',
      password: 'winter tram pencil 42',
      full_name: 'Bench',
      organization_name: 'Bench',
    }),
  });
  const { data } = await response.json();
  return { authorization: `Bearer ${data.tokens.access_token}` };
}

const server = fork(join(HERE, 'server.mjs'));
const ports = await new Promise((resolve, reject) => {
  server.once('message', resolve);
  server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
});
const stack = `http://127.0.0.1:${ports.stack}`;
const headers = await signUp(stack);

const rows = [
  {
    what: 'authenticated JSON route through the full stack',
    against: 'bare Fastify route of the same process, requests a second',
    reach: 0.4,
    ...(await sideBySide(
      () => measure(`${stack}/api/v1/permissions`, headers),
      () => measure(`http://127.0.0.1:${ports.bare}/bare`),
    )),
  },
];

server.send('stop');
await new Promise((resolve) => server.once('exit', resolve));

const machine = {
  cpu: cpus()[0]?.model,
  cores: cpus().length,
  memory_gib: Math.round(totalmem() / 2 ** 30),
  node: process.version,
};
mkdirSync(join(HERE, 'results'), { recursive: true });
const file = join(HERE, 'results', `${new Date().toISOString().replaceAll(':', '-')}.json`);
writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, rows }, null, 2)}\n`);
console.log(`${machine.cores} × ${machine.cpu}, ${machine.memory_gib} GiB, Node ${machine.node}`);
console.table(
  rows.map(({ what, against, measured, baseline, ratio, reach }) => ({
    what,
    against,
    measured,
    baseline,
    ratio,
    reach,
    ok: ratio >= reach,
  })),
);
process.exit(rows.every((row) => row.ratio >= row.reach) ? 0 : 1);
