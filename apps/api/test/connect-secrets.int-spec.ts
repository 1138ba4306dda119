import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type supertest from 'supertest';
import { Browser, CALLBACK_URL, PUBLIC_URL } from './support/connect-stage.js';
import { type Answer, Counterpart } from './support/counterpart.js';
import { dumpDatabase } from './support/dump.js';
import { findMarks, marked } from './support/marks.js';
import { type Account, TestApp } from './support/test-app.js';

const code = marked();
const accessToken = marked();
const refreshToken = marked();
const clientSecret = marked();
const operatorSecret = marked();
const description = marked();
const MARKS = [code, accessToken, refreshToken, clientSecret, operatorSecret, description];

const said: string[] = [];
const answers: [where: string, text: string][] = [];

let counterpart: Counterpart;
let testApp: TestApp;
let admin: Account;

const keep = (where: string, { status, headers, text }: supertest.Response): void => {
  answers.push([`the answer to ${where}`, `${status} ${JSON.stringify(headers)} ${text}`]);
};

const GRANT = {
  access_token: accessToken,
  refresh_token: refreshToken,
  token_type: 'bearer',
  expires_in: 3600,
};

/** A server that repeats in its answers what it was sent. */
function play(token: Answer): void {
  counterpart.answers({
    'POST /token': ({ body }) => ({ ...token, headers: { ...token.headers, 'x-echo': encodeURI(body) } }),
    '*': ({ headers }) => ({ json: { ok: true, you: headers.authorization } }),
  });
}

async function create(name: string): Promise<string> {
  const { url } = counterpart;
  const created = await testApp.as(admin).post('/integrations', {
    integration_type_id: 'generic_http',
    name,
    config: {
      base_url: url,
      test_path: '/me',
      authorization_url: `${url}/authorize`,
      token_url: `${url}/token`,
    },
    credentials: { credential_type: 'oauth2', client_id: 'me', client_secret: clientSecret },
  });
  keep('POST /integrations', created);
  return created.body.data.integration.id;
}

async function goThrough(name: string, token: Answer, more: Record<string, string> = {}): Promise<string> {
  const id = await create(name);
  play(token);
  const browser = new Browser(testApp, admin);
  const { searchParams } = new URL(await browser.initiate(id));
  const query = new URLSearchParams({ code, state: searchParams.get('state')!, ...more });
  const landed = await browser.land(`${CALLBACK_URL}?${query}`);
  answers.push([`the page that ${name} lands on`, landed.href]);
  keep(`the same again, ${name}`, await browser.post(Object.fromEntries(query)));
  for (const path of [
    '',
    '/logs',
    '/credentials',
    '/health',
    '/tokens/health',
    '/tokens/history',
    '/resources',
  ])
    keep(`GET ${path} of ${name}`, await testApp.as(admin).get(`/integrations/${id}${path}`));
  const another = { credential_type: 'oauth2', client_id: 'me', client_secret: `${clientSecret}2` };
  keep(
    `PATCH credentials of ${name}`,
    await testApp.as(admin).patch(`/integrations/${id}/credentials`, another),
  );
  return id;
}

beforeAll(async () => {
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk: string | Uint8Array) => {
      said.push(Buffer.from(chunk as Uint8Array).toString());
      return true;
    });
  }
  counterpart = await Counterpart.start();
  testApp = await TestApp.start({
    environment: {
      PUBLIC_URL,
      NETLIFY_OAUTH_CLIENT_ID: 'operator',
      NETLIFY_OAUTH_CLIENT_SECRET: operatorSecret,
      NO_SUCH_TYPE_OAUTH_CLIENT_ID: 'operator',
      NO_SUCH_TYPE_OAUTH_CLIENT_SECRET: operatorSecret,
    },
  });
  admin = await testApp.account();
  await goThrough('one that works', { json: GRANT });
  await goThrough('one that is refused', {
    status: 400,
    json: { error: 'invalid_grant', error_description: `${description} ${code} ${clientSecret}` },
  });
  await goThrough('one that is broken', {
    status: 500,
    text: `You sent ${description} ${code} ${clientSecret}`,
  });
  await goThrough('one without a token', { json: { ok: true, access_tokn: accessToken, note: description } });
  await goThrough('one with less', { json: { ...GRANT, scope: accessToken } });
  await goThrough('an error', { json: GRANT }, { error: description, error_description: description });
  await goThrough('an error by name', { json: GRANT }, { error: 'access_denied', error_uri: description });
  await goThrough('an issuer', { json: GRANT }, { iss: description });
  // What the program writes when the database fails it with tokens in its hands.
  const id = await create('Never kept');
  play({ json: GRANT });
  const browser = new Browser(testApp, admin);
  const { searchParams } = new URL(await browser.initiate(id));
  await testApp.sql('ALTER TABLE token_events RENAME TO away');
  const parameters = { code, state: searchParams.get('state') };
  const failed = await browser.post(parameters);
  await testApp.sql('ALTER TABLE away RENAME TO token_events');
  expect(failed.status).toBe(500);
  keep('a failure within', failed);
});

afterAll(async () => {
  jest.restoreAllMocks();
  await testApp.close();
  await counterpart.close();
});

describe('what a consent brings, and the secrets it takes', () => {
  it('reached the server they were meant for, so that what follows proves something', () => {
    const exchanged = counterpart.requests.filter(({ path }) => path === '/token');

    expect(exchanged.length).toBeGreaterThan(0);
    expect(new URLSearchParams(exchanged[0]!.body).get('code')).toBe(code);
    expect(said.join('')).toContain('QueryFailedError');
    expect(said.join('')).toContain('NO_SUCH_TYPE_OAUTH_CLIENT_ID is not used');
    expect(answers.length).toBeGreaterThan(80);
  });

  it('are in no answer and no address', () => {
    expect(findMarks(MARKS, answers)).toEqual([]);
  });

  it('are in nothing the program said', () => {
    expect(findMarks(MARKS, [['the log', said.join('')]])).toEqual([]);
  });

  it('are in no table, and neither are states, cookies and verifiers', async () => {
    const dump = await dumpDatabase(testApp);
    const verifiers = counterpart.requests.flatMap(
      ({ body }) => new URLSearchParams(body).get('code_verifier') ?? [],
    );

    expect(dump.find(([where]) => where.includes('oauth_states'))![1].length).toBeGreaterThan(1000);
    expect(findMarks([...MARKS, ...verifiers], dump)).toEqual([]);
  });

  it('are only whole to the provider: one account’s state opens nothing from the database', async () => {
    const [row] = await testApp.sql<Record<string, unknown>>('SELECT * FROM oauth_states LIMIT 1');

    expect(Object.keys(row!).toSorted()).toEqual(
      [
        'browser_hash',
        'created_at',
        'details',
        'expires_at',
        'id',
        'integration_id',
        'organization_id',
        'purpose',
        'session_id',
        'state_hash',
        'used_at',
        'user_id',
      ].toSorted(),
    );
    expect(Object.keys(row!.details as object).toSorted()).toEqual(['display', 'fingerprint', 'scopes']);
  });
});
