// One function per row of the table: each takes what run.mjs has prepared and answers ratio, rates and times.
import autocannon from 'autocannon';
import bcrypt from 'bcrypt';
import { Agent, request } from 'undici';
import { loop, sideBySide } from './loops.mjs';

const CONNECTIONS = 20;
/** Many callers at once share commits; times are those of few. */
const MANY = 100;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);

async function route(url, headers = {}, connections = CONNECTIONS) {
  const result = await autocannon({ url, headers, connections, duration: SECONDS });
  if (result.non2xx > 0 || result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} refusals, ${result.errors} errors`);
  return { rate: result.requests.average, average: result.latency.average, p99: result.latency.p99 };
}

const authenticated = ({ stack, person }, connections) =>
  route(`${stack}/api/v1/permissions`, person, connections);
const value = ({ stack, program, integrationId }, connections) =>
  route(`${stack}/api/v1/integrations/${integrationId}/credentials/value`, program, connections);

/** The ratio of many callers, the times of few. */
async function manyAndFew(measured, baseline) {
  const { average, p99 } = await measured(CONNECTIONS);
  const row = await sideBySide(
    () => measured(MANY),
    () => baseline(MANY),
  );
  return { ...row, average_ms: average, p99_ms: p99 };
}

async function client(url, options = {}) {
  const dispatcher = new Agent({ connections: CONNECTIONS });
  const result = await loop(CONNECTIONS, SECONDS * 1000, async () => {
    const { statusCode, body } = await request(url, { dispatcher, ...options });
    await body.dump();
    if (statusCode !== 200) throw new Error(`${url}: ${statusCode}`);
  });
  await dispatcher.close();
  return result;
}

const login = async ({ stack, email, password }) =>
  loop(2, SECONDS * 1000, async () => {
    const { statusCode, body } = await request(`${stack}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    await body.dump();
    if (statusCode !== 200) throw new Error(`sign-in: ${statusCode}`);
  });

const proxied = ({ stack, target, program, integrationId }, path) =>
  sideBySide(
    () => client(`${stack}/api/v1/integrations/${integrationId}/proxy${path}`, { headers: program }),
    () => client(`${target}${path}`),
  );

const issued = async ({ target }) => Number(await (await fetch(`${target}/issued`)).text());

/** What a refresh adds to the provider's own time. */
async function refreshed({ ask, organizationId, oauthId, target }) {
  const { alone, whole } = await ask('refresh', organizationId, oauthId, `${target}/token`);
  const adds = Number((whole - alone).toFixed(2));
  return { measured: whole, baseline: alone, ratio: Number((alone / whole).toFixed(3)), adds_ms: adds };
}

/** One refresh for all of them. */
async function rushed(bench, callers) {
  const before = await issued(bench);
  const { tokens, ms } = await bench.ask('rush', bench.organizationId, bench.oauthId, callers);
  const refreshes = (await issued(bench)) - before;
  return {
    measured: refreshes,
    baseline: 1,
    ratio: Number((1 / refreshes).toFixed(3)),
    average_ms: Number(ms.toFixed(2)),
    tokens,
  };
}

/** Those without `reach` are shown, and not judged. */
export const ROWS = [
  {
    what: 'authenticated JSON route through the full stack',
    against: 'bare Fastify route of the same process, requests a second',
    reach: 0.4,
    measure: (bench) =>
      sideBySide(
        () => authenticated(bench),
        () => route(`${bench.bare}/bare`),
      ),
  },
  {
    what: 'credential value, cached, its audit row durable before the answer',
    against: 'the authenticated empty route',
    reach: 0.35,
    most: { average_ms: 5, p99_ms: 15 },
    measure: (bench) =>
      manyAndFew(
        (connections) => value(bench, connections),
        (connections) => authenticated(bench, connections),
      ),
  },
  {
    what: 'credential value, cached, audit of reads set to write-behind',
    against: 'the authenticated empty route',
    reach: 0.7,
    measure: async (bench) => {
      await bench.setAuditOfReads('write_behind');
      const row = await manyAndFew(
        (connections) => value(bench, connections),
        (connections) => authenticated(bench, connections),
      );
      await bench.setAuditOfReads('durable');
      return row;
    },
  },
  {
    what: 'credential value, uncached: row level security, open, audit',
    against: 'one indexed SELECT by pg in the same process',
    reach: 0.35,
    most: { average_ms: 30, p99_ms: 80 },
    measure: ({ ask, organizationId, tokenId }) =>
      manyAndFew(
        (callers) => ask('readUncached', organizationId, tokenId, callers),
        (callers) => ask('selectOne', organizationId, callers),
      ),
  },
  {
    what: 'credential stored: sealed, row level security, committed',
    against: 'one INSERT of the same bytes, committed',
    reach: 0.35,
    most: { average_ms: 50, p99_ms: 120 },
    measure: ({ ask, places }) =>
      sideBySide(
        () => ask('store', places),
        () => ask('insertOne', places),
      ),
  },
  {
    what: 'credential replaced by a person: with its version before, its log and its audit row',
    against: 'one INSERT of the same bytes, committed',
    measure: ({ ask, places }) =>
      sideBySide(
        () => ask('replace', places),
        () => ask('insertOne', places),
      ),
  },
  {
    what: 'OAuth refresh: loaded, leased, asked for, sealed, stored, in milliseconds (median)',
    against: 'the same request made directly with undici',
    most: { adds_ms: 20 },
    measure: refreshed,
  },
  {
    what: 'OAuth refreshes for 1,000 who want an ended token at once',
    against: 'one',
    reach: 1,
    most: { tokens: 1 },
    measure: (bench) => rushed(bench, 1000),
  },
  {
    what: 'proxied call with a small body, of a service that answers at once',
    against: 'the same call made directly with undici',
    reach: 0.5,
    measure: (bench) => proxied(bench, '/me'),
  },
  {
    what: 'proxied call with a small body, of a service that answers after 5 ms',
    against: 'the same call made directly with undici',
    reach: 0.5,
    measure: (bench) => proxied(bench, '/near'),
  },
  {
    what: 'sign-in',
    against: 'bcrypt of cost 12 alone on the same cores',
    reach: 0.9,
    measure: async (bench) => {
      const hash = await bcrypt.hash(bench.password, 12);
      return sideBySide(
        () => login(bench),
        () => loop(2, SECONDS * 1000, () => bcrypt.compare(bench.password, hash)),
      );
    },
  },
  {
    what: 'organisation key rotation, credentials a second',
    against: 'a bulk UPDATE of the same rows with values from the client',
    reach: 0.3,
    measure: ({ ask, organizationId }) =>
      sideBySide(
        () => ask('rotateOrganization', organizationId),
        () => ask('updateCredentials', organizationId),
        2,
      ),
  },
  {
    what: 'root key rotation, organisations a second',
    against: 'a bulk UPDATE of the same rows with values from the client',
    reach: 0.3,
    measure: async ({ ask }) => {
      await ask('multiplyOrganizations', Number(process.env.BENCH_ORGANIZATIONS ?? 10_000));
      return sideBySide(
        () => ask('rotateRoot'),
        () => ask('updateOrganizationKeys'),
        2,
      );
    },
  },
];

/** A body of 100 MB each way: what the server's memory grew by at most, in MiB. */
export async function streamed({ ask, stack, program, integrationId }) {
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
