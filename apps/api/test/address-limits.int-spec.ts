import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { generateServiceToken } from '../src/access/service-token-format.js';
import { makeToken } from './support/programs.js';
import { type Account, TestApp } from './support/test-app.js';

let testApp: TestApp;
let proxied: NestFastifyApplication;
let account: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  account = await testApp.account();
  // So that a test can come from wherever it says.
  proxied = await testApp.launch({ TRUSTED_PROXIES: '127.0.0.1' });
});

afterAll(async () => {
  await proxied.close();
  await testApp.close();
});

const from = (address: string, request: (http: ReturnType<typeof supertest>) => supertest.Test) =>
  request(supertest(proxied.getHttpServer())).set('x-forwarded-for', address);

/** Another one of the same subscriber each time. */
const address = (network: string, number: number) =>
  network.includes(':') ? `${network}:${number.toString(16)}:0:0:1` : network;

const NETWORKS: [what: string, mine: string, neighbour: string, written: string][] = [
  ['an IPv6 network of 64 bits', '2001:db8:0:1', '2001:db8:0:2:9::1', '2001:DB8::1:ffff:ffff:0:1'],
  ['an IPv4 address', '203.0.113.7', '203.0.113.8', '::ffff:203.0.113.7'],
];

describe.each(NETWORKS)('failed sign-ins from %s', (_what, mine, neighbour, written) => {
  const signIn = (ip: string, email: string, password = 'not the password at all') =>
    from(ip, (http) => http.post('/api/v1/auth/login').send({ email, password }));

  it('are counted together', async () => {
    const seed = `seed@${uuidv7()}.example.com`;
    await signIn(address(mine, 0), seed).expect(401);
    await testApp.sql(
      `INSERT INTO failed_login_attempts (id, email, ip, attempted_at)
       SELECT gen_random_uuid(), n || email, ip, attempted_at
       FROM failed_login_attempts, generate_series(1, 48) AS n WHERE email = $1`,
      [seed],
    );
    await signIn(address(mine, 1), `last${seed}`).expect(401);

    await signIn(address(mine, 2), account.email, account.password).expect(429);
    await signIn(written, account.email, account.password).expect(429);
    await signIn(neighbour, account.email, account.password).expect(200);
  });
});

describe.each(NETWORKS)('limited calls from %s', (_what, mine, neighbour, written) => {
  it('are counted together', async () => {
    const left = async (ip: string) => {
      const callback = await from(ip, (http) => http.get('/api/v1/oauth/callback?state=x&code=y'));
      return Number(callback.headers['ratelimit-remaining']);
    };

    expect([await left(address(mine, 0)), await left(address(mine, 1)), await left(written)]).toEqual([
      599, 598, 597,
    ]);
    expect(await left(neighbour)).toBe(599);
  });
});

describe.each(NETWORKS)('tokens that are none, from %s', (_what, mine, neighbour, written) => {
  const call = (ip: string, token: string) =>
    from(ip, (http) => http.get(`/api/v1/integrations/${uuidv7()}`).set('authorization', `Bearer ${token}`));
  const made = () => generateServiceToken(account.organizationId);

  it('are counted together, and leave others alone', async () => {
    for (let attempt = 0; attempt < 60; attempt += 1) await call(address(mine, attempt), made()).expect(401);

    await call(address(mine, 60), made()).expect(429);
    await call(written, made()).expect(429);
    await call(neighbour, made()).expect(401);
  });
});

describe('the networks of a token', () => {
  it('are held against the address, and not against its block', async () => {
    const { token } = await makeToken(testApp, account, { allowed_cidrs: ['2001:db8:0:5::7'] });
    const call = (ip: string) =>
      from(ip, (http) =>
        http.get(`/api/v1/integrations/${uuidv7()}`).set('authorization', `Bearer ${token}`),
      );

    await call('2001:db8:0:5::7').expect(404);
    const { body } = await call('2001:db8:0:5::8').expect(403);
    expect(body.error.details).toEqual({ ip: '2001:db8:0:5::8' });
  });
});
