import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { type Account, TestApp } from './support/test-app.js';

const OURS = 'http://localhost:3000';
const FOREIGN = 'https://evil.example';
const THIRTY_DAYS = 30 * 86_400;

let testApp: TestApp;
let account: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  account = await testApp.account();
});

afterAll(() => testApp.close());

interface Browser {
  app?: NestFastifyApplication;
  headers?: Record<string, string>;
}

const post = (path: string, body: object, { app = testApp.app, headers = {} }: Browser = {}) =>
  supertest(app.getHttpServer())
    .post(`/api/v1/auth${path}`)
    .set({ 'x-session-mode': 'cookie', origin: OURS, ...headers })
    .send(body);

const signIn = (browser?: Browser) =>
  post('/login', { email: account.email, password: account.password }, browser);

const cookieOf = (answer: supertest.Response): string => {
  const [cookie = ''] = (answer.headers['set-cookie'] as unknown as string[] | undefined) ?? [];
  return cookie;
};

const pairOf = (answer: supertest.Response): string => cookieOf(answer).split(';')[0]!;

const attributesOf = (cookie: string): string[] => cookie.split('; ').slice(1).sort();

describe('browser mode', () => {
  it('carries the refresh token in a cookie that scripts cannot read, and nowhere else', async () => {
    const answer = await signIn().expect(200);

    expect(pairOf(answer)).toMatch(/^latchkey_refresh=lkr_[\w-]{43}$/);
    expect(attributesOf(cookieOf(answer))).toEqual([
      'HttpOnly',
      `Max-Age=${THIRTY_DAYS}`,
      'Path=/api/v1/auth',
      'SameSite=Strict',
    ]);
    expect(answer.body.data.tokens).toEqual({ access_token: expect.any(String), expires_in: 3600 });
    expect(answer.text).not.toContain('lkr_');
  });

  it('marks the cookie Secure when PUBLIC_URL is https', async () => {
    const app = await testApp.launch({ PUBLIC_URL: 'https://latchkey.example.com' });
    try {
      const answer = await signIn({ app, headers: { origin: 'https://latchkey.example.com' } }).expect(200);

      expect(attributesOf(cookieOf(answer))).toContain('Secure');
      await signIn({ app, headers: { origin: OURS } }).expect(403);
    } finally {
      await app.close();
    }
  });

  it('registers, and refreshes with the cookie alone', async () => {
    const registered = await post('/register', {
      email: 'browser@example.com',
      password: 'winter tram pencil 42',
      full_name: 'Browser',
    }).expect(201);
    expect(registered.text).not.toContain('lkr_');

    const refreshed = await post('/refresh-token', {}, { headers: { cookie: pairOf(registered) } }).expect(
      200,
    );

    expect(pairOf(refreshed)).not.toBe(pairOf(registered));
    expect(refreshed.text).not.toContain('lkr_');
    const { access_token: accessToken } = refreshed.body.data.tokens;
    await testApp.as({ accessToken }).get('/auth/me').expect(200);
  });

  it('clears the cookie at the end of the session', async () => {
    const { body } = await signIn().expect(200);

    const answer = await post(
      '/logout',
      {},
      { headers: { authorization: `Bearer ${body.data.tokens.access_token}` } },
    ).expect(200);

    expect(cookieOf(answer)).toMatch(/^latchkey_refresh=;/);
    expect(attributesOf(cookieOf(answer))).toEqual(
      expect.arrayContaining(['Expires=Thu, 01 Jan 1970 00:00:00 GMT', 'Path=/api/v1/auth']),
    );
  });

  it('is not entered without its header: the token is in the body and the cookie is ignored', async () => {
    const cookie = pairOf(await signIn().expect(200));
    const plain = await testApp.http
      .post('/api/v1/auth/login')
      .send({ email: account.email, password: account.password })
      .expect(200);
    expect(cookieOf(plain)).toBe('');
    expect(plain.body.data.tokens.refresh_token).toMatch(/^lkr_/);

    const { body } = await testApp.http
      .post('/api/v1/auth/refresh-token')
      .set('cookie', cookie)
      .send({})
      .expect(401);

    expect(body.error.code).toBe('UNAUTHENTICATED');
    await post('/refresh-token', {}, { headers: { cookie } }).expect(200);
  });

  it.each(['1', 'Cookie', 'body'])('is not entered with the header saying %s', async (mode) => {
    const answer = await signIn({ headers: { 'x-session-mode': mode } }).expect(200);

    expect(cookieOf(answer)).toBe('');
  });
});

describe('a page of another origin', () => {
  it.each([FOREIGN, 'null', 'http://localhost:3001', 'https://localhost:3000', `${OURS}.evil.example`])(
    'at %s may not sign in',
    async (origin) => {
      const answer = await signIn({ headers: { origin } }).expect(403);

      expect(answer.body.error.code).toBe('FORBIDDEN');
      expect(cookieOf(answer)).toBe('');
    },
  );

  it('is refused before anything happens: no session, no account, and the refresh token is not spent', async () => {
    const cookie = pairOf(await signIn().expect(200));
    const count = async () =>
      testApp.sql('SELECT (SELECT count(*) FROM users) AS u, (SELECT count(*) FROM user_sessions) AS s');
    const before = await count();
    const from = { headers: { origin: FOREIGN } };

    await signIn(from).expect(403);
    await post(
      '/register',
      { email: 'csrf@example.com', password: 'winter tram pencil 42', full_name: 'C' },
      from,
    ).expect(403);
    await post('/refresh-token', {}, { headers: { origin: FOREIGN, cookie } }).expect(403);
    await post('/refresh-token', { refresh_token: cookie.split('=')[1] }, from).expect(403);

    expect(await count()).toEqual(before);
    testApp.clock.advance(60_000);
    await post('/refresh-token', {}, { headers: { cookie } }).expect(200);
  });

  it('is told by no CORS header that it may read an answer', async () => {
    const preflight = await supertest(testApp.app.getHttpServer())
      .options('/api/v1/auth/login')
      .set({ origin: FOREIGN, 'access-control-request-method': 'POST' });
    const answer = await signIn({ headers: { origin: FOREIGN } });

    for (const { headers } of [preflight, answer]) {
      expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});
