import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ServiceTokenUses } from '../src/access/service-token-uses.js';
import { UsageCounter } from '../src/usage/usage-counter.js';
import { dumpDatabase, filesIn } from './support/dump.js';
import { findMarks, marked } from './support/marks.js';
import { asProgram, makeToken, readValue } from './support/programs.js';
import { type Called, ProxyStage } from './support/proxy-stage.js';

const secret = marked();
const WAYS: Record<string, object> = {
  bearer: { credential_type: 'api_token', auth_mode: 'bearer', token: secret },
  header: { credential_type: 'api_token', auth_mode: 'api_key_header', api_key: secret },
  query: { credential_type: 'api_token', auth_mode: 'api_key_query', query_name: 'key', api_key: secret },
  basic: { credential_type: 'basic_auth', auth_mode: 'basic', username: 'ada', password: secret },
};

let stage: ProxyStage;
/** The secret halves of service tokens. */
const tokens: string[] = [];
const said: string[] = [];
const heads: [where: string, text: string][] = [];
const refusals: [where: string, text: string][] = [];
const read: string[] = [];

const remember = ({ token }: { token: string }): void => void tokens.push(token.slice(26));

function note(where: string, { status, headers, json, text }: Called): void {
  heads.push([`the head of ${where}`, `${status} ${JSON.stringify(headers)}`]);
  // A provider's body is the provider's own; one of ours says nothing.
  if (json?.success === false) refusals.push([`the refusal of ${where}`, text]);
}

/** A service that sends back what it was sent, in its headers too, or is broken. */
function echoing(status: number): void {
  stage.provider.answers({
    '*': ({ headers, path }) => {
      const sent = encodeURI(`${headers.authorization} ${headers['x-api-key']} ${path}`);
      return {
        status,
        headers: { 'x-echo': sent, location: `https://elsewhere.example/?back=${sent}`, link: `<${sent}>` },
        json: { error: 'sent back' },
      };
    },
  });
}

async function useAs(way: string, id: string): Promise<void> {
  for (const status of [200, 302, 401, 429, 500]) {
    echoing(status);
    note(`${way} ${status}`, await stage.call('/x', { id }));
    note(`${way} ${status} again`, await stage.call('/x', { id, method: 'POST', body: '{}' }));
    stage.testApp.clock.advance(6 * 60_000);
  }
  for (const path of ['/../x', '/%2e%2e/x', '//evil.example/x'])
    note(`${way} ${path}`, await stage.call(path, { id }));
  read.push(JSON.stringify((await readValue(stage.testApp, stage.token, id).expect(200)).body));
}

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk: string | Uint8Array) => {
      said.push(Buffer.from(chunk as Uint8Array).toString());
      return true;
    });
  }
  // The clock is moved on past every limit of the provider's.
  stage = await ProxyStage.start({ environment: { ACCESS_TOKEN_TTL: '86400' } });
  remember(stage.token);
  for (const [way, credentials] of Object.entries(WAYS))
    await useAs(way, await stage.integrate(`${stage.provider.url}/base`, credentials));
  note(
    'a provider that is away',
    await stage.call('/x', { id: await stage.integrate('http://127.0.0.1:1', WAYS.bearer) }),
  );
  const { testApp, admin } = stage;
  const other = await makeToken(testApp, admin, { allowed_cidrs: ['203.0.113.0/24'] });
  remember(other);
  const as = testApp.as(admin);
  refusals.push(['a wrong network', (await asProgram(testApp, other).get('/integrations')).text]);
  const rotated = (await as.post(`/service-tokens/${other.id}/rotate`).expect(200)).body.data;
  remember(rotated);
  for (const path of ['', `/${other.id}`])
    refusals.push(['a list of tokens', (await as.get(`/service-tokens${path}`)).text]);
  await as.delete(`/service-tokens/${other.id}`).expect(200);
  refusals.push(['a revoked token', (await asProgram(testApp, rotated).get('/integrations')).text]);
  await testApp.app.get(ServiceTokenUses).flush();
  await testApp.app.get(UsageCounter, { strict: false }).flush();
});

afterAll(async () => {
  jest.restoreAllMocks();
  await stage.close();
});

describe('a marked secret that programs used, and their tokens', () => {
  it('reached the provider and the programs, so that what follows proves something', () => {
    expect(read).toHaveLength(4);
    for (const text of read) expect(findMarks([secret], [['the value', text]])).not.toEqual([]);
    expect(tokens).toHaveLength(3);
    expect(heads.length).toBeGreaterThan(40);
    expect(refusals.length).toBeGreaterThan(10);
  });

  it('are in no header of an answer, and in no refusal', () => {
    expect(findMarks([secret, ...tokens], [...heads, ...refusals])).toEqual([]);
  });

  it('are in nothing the program said', () => {
    expect(findMarks([secret, ...tokens], [['the output', said.join('')]])).toEqual([]);
  });

  it('are in no row of the database and in no file', async () => {
    expect(findMarks([secret, ...tokens], await dumpDatabase(stage.testApp))).toEqual([]);
    expect(findMarks([secret, ...tokens], filesIn(stage.testApp.dataDirectory))).toEqual([]);
  });
});
