import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type supertest from 'supertest';
import { Counterpart } from './support/counterpart.js';
import { type Operation, readOperations } from './support/document.js';
import { dumpDatabase, filesIn } from './support/dump.js';
import { findMarks, marked } from './support/marks.js';
import {
  createIntegration,
  createNotification,
  integrationForm,
  letIn,
  ROUTE_CALLS,
  type Stage,
} from './support/route-calls.js';
import { type Account, TestApp } from './support/test-app.js';
import { round } from './support/watch.js';

const secret = marked();
const wrongSecret = marked();
const password = marked();
const wrongPassword = marked();
const databasePassword = marked();
const MARKS = [secret, wrongSecret, password, wrongPassword, databasePassword];

let stage: Stage;
let operations: Operation[];
const answers: [where: string, text: string][] = [];
const said: string[] = [];

const keep = (where: string, { status, headers, text }: supertest.Response): void => {
  answers.push([`the answer to ${where}`, `${status} ${JSON.stringify(headers)} ${text}`]);
};

function listen(): void {
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation((chunk: string | Uint8Array) => {
      said.push(Buffer.from(chunk as Uint8Array).toString());
      return true;
    });
  }
}

/** A person who signs up with the marked password. */
async function register(testApp: TestApp): Promise<Account> {
  const email = 'marked@example.com';
  const answer = await testApp.http
    .post('/api/v1/auth/register')
    .send({ email, password, full_name: 'Marked', organization_name: 'Marked' })
    .expect(201);
  keep('POST /auth/register', answer);
  const { user, tokens } = answer.body.data;
  return {
    userId: user.id,
    organizationId: user.organization_id,
    email,
    password,
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
  };
}

async function callEveryRoute(): Promise<void> {
  for (const [route, { call }] of Object.entries(ROUTE_CALLS)) {
    const answer = await call(stage);
    expect([route, answer.status < 300]).toEqual([route, true]);
    keep(route, answer);
  }
  const id = await createIntegration(stage, { test: true });
  const notification = await createNotification(stage);
  for (const { route, method, path } of operations) {
    if (method !== 'get') continue;
    const address = path
      .replace('{type_id}', 'generic_http')
      .replace('{id}', path.includes('notifications') ? notification : id);
    keep(
      route,
      await stage.testApp.http.get(address).set('authorization', `Bearer ${stage.admin.accessToken}`),
    );
  }
}

/** A service that repeats in every part of its answer what it was sent. */
function echo(counterpart: Counterpart, status: number): void {
  counterpart.answers({
    '*': ({ headers, path, body }) => {
      const sent = `${headers.authorization} ${headers['x-api-key']} ${path} ${body}`;
      return {
        status,
        headers: {
          'content-type': `text/plain; sent=${encodeURIComponent(sent)}`,
          'x-echo': encodeURI(sent),
        },
        text: `You sent ${sent}`,
      };
    },
  });
}

const credentialsOf = (token: string) => ({
  bearer: { credential_type: 'api_token', auth_mode: 'bearer', token },
  header: { credential_type: 'api_token', auth_mode: 'api_key_header', api_key: token },
  query: { credential_type: 'api_token', auth_mode: 'api_key_query', query_name: 'key', api_key: token },
  basic: { credential_type: 'basic_auth', auth_mode: 'basic', username: 'ada', password: token },
});

async function callServicesThatEcho(): Promise<void> {
  const { testApp, admin, counterpart } = stage;
  const as = testApp.as(admin);
  for (const status of [200, 401, 500, 302]) {
    echo(counterpart, status);
    for (const [way, credentials] of Object.entries(credentialsOf(secret))) {
      const form = { ...integrationForm(stage), credentials, name: `Echo ${way} ${status}` };
      const created = await as.post('/integrations', form).expect(201);
      keep(`POST /integrations ${way} ${status}`, created);
      const path = `/integrations/${created.body.data.integration.id}`;
      keep(`POST ${path}/test ${way} ${status}`, await as.post(`${path}/test`));
      keep(`GET ${path}/logs ${way} ${status}`, await as.get(`${path}/logs`));
      keep(
        `PATCH ${path}/credentials`,
        await as.patch(`${path}/credentials`, credentialsOf(wrongSecret).bearer),
      );
    }
  }
}

async function callDatabases(): Promise<void> {
  const as = stage.testApp.as(stage.admin);
  const user = encodeURIComponent(databasePassword);
  for (const text of [
    `postgresql://ada:${user}@127.0.0.1:1/database`,
    `postgresql://ada:${user}@127.0.0.1:1/database?sslmode=require&options=${user}`,
    `mysql://ada:${user}@127.0.0.1/database`,
    `postgresql://ada:${databasePassword}@:nowhere`,
    new URL(stage.testApp.urls.owner).toString().replace(/\/\/[^@]*@/, `//nobody:${user}@`),
  ]) {
    const credentials = { credential_type: 'connection_string', connection_string: text };
    const form = { integration_type_id: 'postgres', name: 'Database', config: {}, credentials };
    keep(`POST /integrations/test ${text.slice(0, 30)}`, await as.post('/integrations/test', form));
    keep('POST /integrations of a database', await as.post('/integrations', { ...form, test: true }));
  }
}

async function callWrongly(): Promise<void> {
  const { testApp, admin } = stage;
  const as = testApp.as(admin);
  const form = integrationForm(stage);
  const wrongForms: object[] = [
    { ...form, name: 'x', credentials: { ...form.credentials, unknown: secret } },
    { ...form, name: 'x', credentials: { ...form.credentials, token: [secret] } },
    { ...form, name: 'x', credentials: { ...form.credentials, token: `${secret}\n${secret}` } },
    { ...form, name: 'x', credentials: { ...form.credentials, token: secret.repeat(500) } },
    { ...form, name: 'x', credentials: { credential_type: secret, token: secret } },
    { ...form, name: 'x', credentials: secret },
    { ...form, name: 7, credentials: form.credentials },
  ];
  for (const body of wrongForms) {
    keep('POST /integrations, invalid', await as.post('/integrations', body).expect(400));
    keep('POST /integrations/test, invalid', await as.post('/integrations/test', body).expect(400));
  }
  const raw = (path: string, body: string) =>
    testApp.http
      .post(`/api/v1${path}`)
      .set({ 'content-type': 'application/json', authorization: `Bearer ${admin.accessToken}` })
      .send(body);
  keep('malformed JSON', await raw('/integrations', `{"credentials": ${secret}`).expect(400));
  keep('malformed JSON', await raw('/auth/login', `{"password": "${password}`).expect(400));
  keep(
    'a token in the header',
    await testApp
      .as({ accessToken: secret.slice(0, 20) })
      .get('/auth/me')
      .expect(401),
  );
  keep('a token in the query', await testApp.http.get(`/api/v1/auth/me?token=${encodeURIComponent(secret)}`));
  keep(
    'a cookie',
    await testApp.http.get('/api/v1/auth/me').set('cookie', `latchkey_refresh=${secret.slice(0, 20)}`),
  );
  const signIn = { email: admin.email, password: wrongPassword };
  keep('a wrong password', await testApp.http.post('/api/v1/auth/login').send(signIn).expect(401));
  const weak = { email: 'x@example.com', password: password.slice(0, 5), full_name: 'x' };
  keep('a short password', await testApp.http.post('/api/v1/auth/register').send(weak).expect(400));
  const long = { email: 'x@example.com', password: password.repeat(5), full_name: 'x' };
  keep('a long password', await testApp.http.post('/api/v1/auth/register').send(long).expect(400));
}

/** What the program writes when a row of its own is broken, and when the watch comes by. */
async function breakAndWatch(): Promise<void> {
  const { testApp, admin, counterpart } = stage;
  letIn(counterpart, wrongSecret);
  const id = await createIntegration(stage, { name: 'Watched' });
  const broken = await createIntegration(stage, { name: 'Broken' });
  await testApp.sql("UPDATE integration_credentials SET sealed = '\\x00' WHERE integration_id = $1", [
    broken,
  ]);
  await testApp.sql("UPDATE integrations SET config = '{}' WHERE id = $1", [id]);
  keep('a broken row', await testApp.as(admin).post(`/integrations/${id}/test`));
  await round(testApp.app);
}

/** What the program writes when the database fails it with a secret in its hands. */
async function failWithin(): Promise<void> {
  const { testApp, admin, counterpart } = stage;
  letIn(counterpart, secret);
  const form = { ...integrationForm(stage), name: 'Never made' };
  const signIn = { email: admin.email, password };
  const calls: [table: string, request: () => supertest.Test][] = [
    ['integration_terms', () => testApp.as(admin).post('/integrations', form)],
    ['integration_credentials', () => testApp.as(admin).post('/integrations', form)],
    ['audit_chains', () => testApp.as(admin).post('/integrations/test', integrationForm(stage))],
    ['failed_login_attempts', () => testApp.http.post('/api/v1/auth/login').send(signIn)],
    ['user_sessions', () => testApp.http.post('/api/v1/auth/login').send(signIn)],
  ];
  for (const [table, request] of calls) {
    await testApp.sql(`ALTER TABLE ${table} RENAME TO away`);
    const answer = await request();
    await testApp.sql(`ALTER TABLE away RENAME TO ${table}`);
    expect([table, answer.status]).toEqual([table, 500]);
    expect(said.join('')).toContain(answer.body.error.request_id);
    keep(`a failure within, without ${table}`, answer);
  }
}

beforeAll(async () => {
  listen();
  const testApp = await TestApp.start();
  const counterpart = await Counterpart.start();
  stage = { testApp, counterpart, secret, password, admin: await register(testApp) };
  letIn(counterpart, secret);
  operations = await readOperations(testApp);
  await callEveryRoute();
  await callServicesThatEcho();
  await callDatabases();
  await callWrongly();
  await breakAndWatch();
  await failWithin();
});

afterAll(async () => {
  jest.restoreAllMocks();
  await stage.counterpart.close();
  await stage.testApp.close();
});

describe('a marked secret that went through every feature', () => {
  it('reached the services it was meant for, so that what follows proves something', () => {
    expect(
      stage.counterpart.requests.some(({ headers }) => headers.authorization === `Bearer ${secret}`),
    ).toBe(true);
    expect(findMarks(MARKS, [['itself', `x${Buffer.from(`ada:${secret}`).toString('base64')}`]])).not.toEqual(
      [],
    );
    expect(answers.length).toBeGreaterThan(100);
  });

  it('is in no answer', () => {
    expect(findMarks(MARKS, answers)).toEqual([]);
  });

  it('is in nothing the program said, though it told of five failures', () => {
    expect(said.join('').match(/relation "\w+" does not exist/g)?.length).toBeGreaterThanOrEqual(5);
    expect(findMarks(MARKS, [['the log', said.join('')]])).toEqual([]);
  });

  it('is in no table: not in the trail, the log, the queue, nor anywhere in the clear', async () => {
    const dump = await dumpDatabase(stage.testApp);

    const names = dump.map(([where]) => where).join(' ');
    for (const table of [
      'public.audit_logs',
      'public.integration_credentials',
      'public.users',
      'pgboss.job',
    ]) {
      expect(names).toContain(table);
    }
    expect(dump.find(([where]) => where.includes('integration_credentials'))![1].length).toBeGreaterThan(
      1000,
    );
    expect(findMarks(MARKS, dump)).toEqual([]);
  });

  it('is in no file of the data folder', () => {
    const files = [...filesIn(stage.testApp.dataDirectory)];

    expect(files.map(([where]) => where)).toContain('the file keys/root.key');
    expect(findMarks(MARKS, files)).toEqual([]);
  });
});
