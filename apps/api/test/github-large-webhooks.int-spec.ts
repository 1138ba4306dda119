import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from './support/counterpart.js';
import { GitHubStage, HOOK } from './support/github-stage.js';
import { portOf } from './support/proxy-stage.js';

const MEBIBYTE = 1024 * 1024;

let stage: GitHubStage;
const id = 4711;
let integrationId: string;

beforeAll(async () => {
  // So that a test can come from wherever it says.
  stage = await GitHubStage.start({ TRUSTED_PROXIES: '127.0.0.1' });
  integrationId = await stage.connected(id, 'large-org');
  await stage.sync(integrationId);
});

afterAll(() => stage.close());

/** What GitHub sends of an organisation with very many repositories. */
const large = (bytes: number) => ({
  action: 'added',
  repositories_added: [{ name: 'x'.repeat(bytes) }],
  installation: { id },
});

type Headers = Record<string, string | number>;

/** Begins a delivery: the body is sent by whoever asked for it. */
function open(headers: Headers, path = HOOK) {
  const outgoing = request({
    host: '127.0.0.1',
    port: portOf(stage.testApp.app),
    path,
    method: 'POST',
    headers,
  });
  outgoing.on('error', () => undefined);
  const answered = (async () => {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    const body = JSON.parse(await text(response)) as { error?: { code: string; message: string } };
    return { status: response.statusCode, headers: response.headers, error: body.error };
  })();
  return { outgoing, answered };
}

function send(payload: object, more: Headers = {}) {
  const { body, headers } = stage.github.delivery('installation_repositories', payload);
  const { outgoing, answered } = open({ ...headers, 'content-length': Buffer.byteLength(body), ...more });
  outgoing.end(body);
  return answered;
}

/** Announces a large delivery, and sends no more than its first byte. */
function hold(address: string, more: Headers = {}, path = HOOK) {
  const { headers } = stage.github.delivery('ping', {});
  const announced = { 'content-length': 20 * MEBIBYTE, 'x-forwarded-for': address };
  const delivery = open({ ...headers, ...announced, ...more }, path);
  delivery.outgoing.write('{');
  return delivery;
}

function letGo({ outgoing, answered }: ReturnType<typeof hold>): void {
  answered.catch(() => undefined);
  outgoing.destroy();
}

const refused = { status: 413, error: { code: 'PAYLOAD_TOO_LARGE' } };

describe('a delivery of many megabytes', () => {
  it('is taken where GitHub has signed it, and kept as the little it is about', async () => {
    expect(await send(large(20 * MEBIBYTE))).toMatchObject({ status: 202 });
    await stage.work();
    expect((await stage.repositories(integrationId)).sync.state).toBe('queued');
    const [row] = await stage.testApp.sql<{ details: object }>(
      'SELECT details FROM inbound_deliveries ORDER BY received_at DESC LIMIT 1',
    );
    expect(row!.details).toEqual({ app: 'installation', installation_id: String(id), repository_id: null });
  });

  it('is refused without its signature', async () => {
    const { headers } = stage.github.delivery('installation_repositories', large(10));
    const forged = { 'x-hub-signature-256': headers['x-hub-signature-256'] };
    expect(await send(large(2 * MEBIBYTE), forged)).toMatchObject({ status: 401 });
  });

  it('is refused before it is sent where it is larger than GitHub’s', async () => {
    const { headers } = stage.github.delivery('ping', {});
    const { outgoing, answered } = open({ ...headers, 'content-length': 25 * MEBIBYTE + 1 });
    outgoing.flushHeaders();
    const answer = await answered;
    expect(answer).toMatchObject({ ...refused, headers: { connection: 'close' } });
    expect(answer.error?.message).toContain('25 MiB');
  });

  it('is refused as a form, and without a length', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(await send(large(2 * MEBIBYTE), form)).toMatchObject(refused);
    const { body, headers } = stage.github.delivery('installation_repositories', large(2 * MEBIBYTE));
    const { outgoing, answered } = open({ ...headers, 'transfer-encoding': 'chunked' });
    outgoing.end(body);
    const answer = await answered;
    expect(answer).toMatchObject(refused);
    expect(answer.error?.message).toContain('1 MiB');
  });

  it('that is small after all may come without a length', async () => {
    const { body, headers } = stage.github.delivery('installation_repositories', large(10));
    const { outgoing, answered } = open({ ...headers, 'transfer-encoding': 'chunked' });
    outgoing.end(body);
    expect(await answered).toMatchObject({ status: 202 });
  });

  it('takes one place of the two, from wherever in its network it comes: another is left for others', async () => {
    const stranger = hold('2001:db8:0:1::1');
    const from = (address: string) => send(large(2 * MEBIBYTE), { 'x-forwarded-for': address });
    await eventually(async () => (await from('2001:db8:0:1:9::2')).status === 503, 'its place is taken');
    expect(await from('2001:db8:0:2::1')).toMatchObject({ status: 202 });
    letGo(stranger);
    await eventually(async () => (await from('2001:db8:0:1:9::2')).status === 202, 'the place is free again');
  });

  it.each<[string, number, Headers, string]>([
    ['without a signature', 401, { 'x-hub-signature-256': '' }, HOOK],
    ['with a signature that is none', 401, { 'x-hub-signature-256': `sha256=${'x'.repeat(64)}` }, HOOK],
    ['without an event', 400, { 'x-github-event': '' }, HOOK],
    ['without a delivery’s id', 400, { 'x-github-delivery': '' }, HOOK],
    ['for an App that nobody has', 404, {}, `${HOOK}?app=somebody`],
  ])('%s is refused before it is sent', async (_what, status, headers, address) => {
    const { outgoing, answered } = hold('203.0.113.7', headers, address);
    expect(await answered).toMatchObject({ status, headers: { connection: 'close' } });
    outgoing.destroy();
  });

  it('waits its turn: strangers who hold two open fill no more memory, and small ones are taken all the same', async () => {
    const strangers = ['203.0.113.7', '2001:db8::7'].map((address) => hold(address));
    const answer = await eventually(async () => {
      const given = await send(large(2 * MEBIBYTE));
      return given.status === 503 && given;
    }, 'both places are taken');
    expect(answer).toMatchObject({ headers: { 'retry-after': '10' }, error: { code: 'UNAVAILABLE' } });
    expect(await send(large(10))).toMatchObject({ status: 202 });
    strangers.forEach(letGo);
    await eventually(
      async () => (await send(large(2 * MEBIBYTE))).status === 202,
      'the places are free again',
    );
  });
});

it('other routes take no more than before', async () => {
  const body = JSON.stringify({ email: 'x'.repeat(MEBIBYTE) });
  const answer = await stage.testApp.http
    .post('/api/v1/auth/login')
    .set('content-type', 'application/json')
    .send(body);
  expect(answer.status).toBe(413);
});
