import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import bcrypt from 'bcrypt';
import supertest from 'supertest';
import { type Account, TestApp } from './support/test-app.js';

const MINUTE = 60_000;

let testApp: TestApp;
let account: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  account = await testApp.account({ organization_name: 'Acme' });
});

afterEach(() => testApp.sql('DELETE FROM failed_login_attempts'));

afterAll(() => testApp.close());

const login = (email: string, password: string) =>
  testApp.http.post('/api/v1/auth/login').send({ email, password });

const right = () => login(account.email, account.password);
const wrong = (email = account.email) => login(email, 'not the password at all');

const withoutRequestId = ({ error }: { error: Record<string, unknown> }) => ({
  ...error,
  request_id: undefined,
});

describe('signing in', () => {
  it('answers the person and tokens that work, whatever the case of the address', async () => {
    const { body } = await login(account.email.toUpperCase(), account.password).expect(200);

    expect(body.data.user).toMatchObject({
      id: account.userId,
      email: account.email,
      role: 'org_admin',
      organization_id: account.organizationId,
    });
    await testApp.as({ accessToken: body.data.tokens.access_token }).get('/auth/me').expect(200);
  });

  it('answers an address that nobody has like a wrong password', async () => {
    const known = await wrong().expect(401);
    const unknown = await wrong('nobody@example.com').expect(401);

    expect(known.body.error.code).toBe('INVALID_CREDENTIALS');
    expect(withoutRequestId(unknown.body)).toEqual(withoutRequestId(known.body));
    expect(Object.keys(unknown.headers).sort()).toEqual(Object.keys(known.headers).sort());
  });

  it('answers an account that was turned off like a wrong password', async () => {
    const off = await testApp.account();
    await testApp.sql('UPDATE users SET is_active = false WHERE id = $1', [off.userId]);

    const { body } = await login(off.email, off.password).expect(401);

    expect(body.error.code).toBe('INVALID_CREDENTIALS');
    await testApp.as(off).get('/auth/me').expect(401);
  });

  it.each([
    ['no password', { email: 'ada@example.com' }, 'password'],
    ['an empty password', { email: 'ada@example.com', password: '' }, 'password'],
    ['no address', { password: 'x' }, 'email'],
    ['an unknown field', { email: 'ada@example.com', password: 'x', admin: true }, 'admin'],
  ])('refuses %s', async (_, body, field) => {
    const answer = await testApp.http.post('/api/v1/auth/login').send(body).expect(400);

    expect(Object.keys(answer.body.error.details)).toEqual([field]);
  });

  it('hashes again with more work when the stored hash is weaker than is asked for today', async () => {
    const person = await testApp.account();
    await testApp.sql('UPDATE users SET password_hash = $2 WHERE id = $1', [
      person.userId,
      await bcrypt.hash(person.password, 4),
    ]);

    await login(person.email, person.password).expect(200);

    const [row] = await testApp.sql<{ password_hash: string }>(
      'SELECT password_hash FROM users WHERE id = $1',
      [person.userId],
    );
    expect(bcrypt.getRounds(row!.password_hash)).toBe(12);
    await login(person.email, person.password).expect(200);
  });
});

describe('failed sign-ins of an account', () => {
  const expectLocked = async (email: string, seconds: number) => {
    const { body, headers } = await login(email, account.password).expect(423);
    expect(body.error).toMatchObject({ code: 'ACCOUNT_LOCKED', details: { retry_after: seconds } });
    expect(headers['retry-after']).toBe(String(seconds));
  };

  it('lock it from the fifth on, for twice as long each time, up to an hour', async () => {
    for (let failure = 1; failure <= 4; failure += 1) await wrong().expect(401);
    for (const minutes of [1, 2, 4, 8, 16, 32, 60, 60]) {
      await wrong(account.email.toUpperCase()).expect(401);
      await expectLocked(account.email, minutes * 60);
      testApp.clock.advance(minutes * MINUTE - 1000);
      await expectLocked(account.email, 1);
      testApp.clock.advance(1000);
    }

    await right().expect(200);
  });

  it('are forgotten when the person signs in', async () => {
    for (let failure = 1; failure <= 4; failure += 1) await wrong().expect(401);
    await right().expect(200);
    for (let failure = 1; failure <= 4; failure += 1) await wrong().expect(401);

    await right().expect(200);
  });

  it('lock an address that nobody has alike', async () => {
    for (let failure = 1; failure <= 5; failure += 1) await wrong('ghost@example.com').expect(401);

    await expectLocked('ghost@example.com', 60);
  });

  it('lock it on every replica', async () => {
    for (let failure = 1; failure <= 5; failure += 1) await wrong().expect(401);
    const replica = await testApp.launch();
    try {
      const { email, password } = account;
      await supertest(replica.getHttpServer())
        .post('/api/v1/auth/login')
        .send({ email, password })
        .expect(423);
    } finally {
      await replica.close();
    }
  });

  it('count when they come at once: guesses in parallel are no way around the lock', async () => {
    const answers = await Promise.all(Array.from({ length: 16 }, () => wrong()));

    const codes = answers.map(({ body }) => body.error.code);
    expect(new Set(codes)).toEqual(new Set(['INVALID_CREDENTIALS', 'ACCOUNT_LOCKED']));
    // Two are hashed at once, so the fifth and the sixth may be judged together.
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS').length).toBeLessThanOrEqual(7);
  });

  it('leave other accounts alone', async () => {
    const other = await testApp.account();
    for (let failure = 1; failure <= 5; failure += 1) await wrong().expect(401);

    await login(other.email, other.password).expect(200);
  });
});

describe('failed sign-ins from an address', () => {
  it('refuse everybody there from the fiftieth on, for a quarter of an hour', async () => {
    await wrong('seed@example.com').expect(401);
    await testApp.sql(
      `INSERT INTO failed_login_attempts (id, email, ip, attempted_at)
       SELECT gen_random_uuid(), 'guess' || n || '@example.com', ip, attempted_at
       FROM failed_login_attempts, generate_series(1, 48) AS n WHERE email = 'seed@example.com'`,
    );
    await right().expect(200);
    await wrong('last@example.com').expect(401);

    const { body, headers } = await right().expect(429);

    expect(body.error).toMatchObject({ code: 'RATE_LIMITED', details: { retry_after: 900 } });
    expect(headers['retry-after']).toBe('900');
    testApp.clock.advance(15 * MINUTE);
    await right().expect(200);
  });
});

describe('failures that lock an account', () => {
  it('must fall into fifteen minutes', async () => {
    const account = await testApp.account();
    const guess = () =>
      testApp.http.post('/api/v1/auth/login').send({ email: account.email, password: 'not the password' });
    for (let number = 0; number < 5; number += 1) {
      expect((await guess()).body.error.code).toBe('INVALID_CREDENTIALS');
      testApp.clock.advance(4 * MINUTE);
    }

    expect((await guess()).body.error.code).toBe('INVALID_CREDENTIALS');
  });

  it('are told to its owner by mail, once, and to nobody when there is no account', async () => {
    const account = await testApp.account();
    for (const email of [account.email, 'nobody@example.com']) {
      for (let number = 0; number < 6; number += 1)
        await testApp.http.post('/api/v1/auth/login').send({ email, password: 'not the password' });
    }

    const mails = await testApp.sql<{ data: { to: string } }>(
      "SELECT data FROM pgboss.job WHERE name = 'mail.send' AND data->>'to' = ANY($1)",
      [[account.email, 'nobody@example.com']],
    );
    expect(mails.map(({ data }) => data.to)).toEqual([account.email]);
  });
});
