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
  stage = await GitHubStage.start();
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
function open(headers: Headers) {
  const outgoing = request({
    host: '127.0.0.1',
    port: portOf(stage.testApp.app),
    path: HOOK,
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

  it('waits its turn: strangers who hold two open fill no more memory, and small ones are taken all the same', async () => {
    const { headers } = stage.github.delivery('ping', {});
    const strangers = [1, 2].map(() => open({ ...headers, 'content-length': 20 * MEBIBYTE }));
    for (const { outgoing } of strangers) outgoing.write('{');
    const answer = await eventually(async () => {
      const given = await send(large(2 * MEBIBYTE));
      return given.status === 503 && given;
    }, 'both places are taken');
    expect(answer).toMatchObject({ headers: { 'retry-after': '10' }, error: { code: 'UNAVAILABLE' } });
    expect(await send(large(10))).toMatchObject({ status: 202 });
    for (const { outgoing, answered } of strangers) {
      answered.catch(() => undefined);
      outgoing.destroy();
    }
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
