import { createSecretKey, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { Installation } from '../src/vault/installation.js';
import { type Account, TestApp } from './support/test-app.js';

type Claims = Record<string, unknown>;

let testApp: TestApp;
let account: Account;
let other: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  account = await testApp.account();
  other = await testApp.account();
});

afterAll(() => testApp.close());

const me = (accessToken: string) => testApp.as({ accessToken }).get('/auth/me');

const claimsOf = (token: string): Claims => jwt.decode(token) as Claims;

/** A token as ours are signed, with some claims changed; undefined leaves one out. */
function forge(changes: Claims = {}, of = account): string {
  const claims = Object.entries({ ...claimsOf(of.accessToken), ...changes });
  return jwt.sign(
    Object.fromEntries(claims.filter(([, value]) => value !== undefined)),
    testApp.app.get(Installation).signingKey,
    { algorithm: 'HS256' },
  );
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('an access token', () => {
  it('says who, in which session and organisation, for whom and until when', () => {
    const claims = claimsOf(account.accessToken);

    expect(claims).toEqual({
      iss: 'latchkey',
      aud: 'latchkey-api',
      sub: account.userId,
      sid: expect.any(String),
      org: account.organizationId,
      jti: expect.any(String),
      iat: Math.floor(testApp.clock.now() / 1000),
      exp: Math.floor(testApp.clock.now() / 1000) + 3600,
    });
    expect(jwt.decode(account.accessToken, { complete: true })!.header).toEqual({ alg: 'HS256', typ: 'JWT' });
  });

  it('that is forged with our own key and unchanged claims works, so that the refusals below prove something', async () => {
    await me(forge()).expect(200);
  });

  it.each<[string, () => string]>([
    [
      'with a changed payload',
      () => {
        const [header, , signature] = account.accessToken.split('.');
        return `${header}.${encoded({ ...claimsOf(account.accessToken), sub: other.userId })}.${signature}`;
      },
    ],
    [
      'with a changed signature',
      () => {
        const [header, payload, signature = ''] = account.accessToken.split('.');
        return `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
      },
    ],
    ['without a signature', () => account.accessToken.split('.').slice(0, 2).join('.') + '.'],
    [
      'with alg none',
      () => `${encoded({ alg: 'none', typ: 'JWT' })}.${encoded(claimsOf(account.accessToken))}.`,
    ],
    [
      'signed HS256 with another key',
      () => jwt.sign(claimsOf(account.accessToken), createSecretKey(randomBytes(32)), { algorithm: 'HS256' }),
    ],
    [
      'signed HS512 with our key',
      () =>
        jwt.sign(claimsOf(account.accessToken), testApp.app.get(Installation).signingKey, {
          algorithm: 'HS512',
        }),
    ],
    ['for another audience', () => forge({ aud: 'another-api' })],
    ['without an audience', () => forge({ aud: undefined })],
    ['of another issuer', () => forge({ iss: 'somebody' })],
    ['without an expiry', () => forge({ exp: undefined })],
    ['for somebody else’s session', () => forge({ sid: claimsOf(other.accessToken).sid })],
    ['for another person in this session', () => forge({ sub: other.userId })],
    ['for a session that never was', () => forge({ sid: crypto.randomUUID() })],
    ['for a session id that is no id', () => forge({ sid: 'x' })],
    ['without a session', () => forge({ sid: undefined })],
    ['without a person', () => forge({ sub: undefined })],
    ['for an organisation id that is no id', () => forge({ org: 'x' })],
    ['that is no JWT', () => 'garbage'],
    ['that is a refresh token', () => account.refreshToken],
  ])('%s is refused', async (_, token) => {
    const { body } = await me(token()).expect(401);

    expect(body.error.code).toBe('UNAUTHENTICATED');
  });

  it('gives no permission in an organisation that its person does not belong to', async () => {
    const accessToken = forge({ org: other.organizationId });

    expect((await me(accessToken).expect(200)).body.data.user).toMatchObject({ role: null, permissions: [] });
    await testApp.as({ accessToken }).get('/integrations').expect(403);
  });

  it('answers TOKEN_EXPIRED after an hour, also when it was used a moment before', async () => {
    const expiring = await testApp.account();
    const end = Number(claimsOf(expiring.accessToken).exp) * 1000;
    testApp.clock.advance(end - 500 - testApp.clock.now());
    await me(expiring.accessToken).expect(200);
    testApp.clock.advance(500);

    const { body } = await me(expiring.accessToken).expect(401);

    expect(body.error.code).toBe('TOKEN_EXPIRED');
  });

  it.each(['Basic YTpi', 'Bearer', 'Bearer  ', 'bearer a b', ''])(
    'is asked for when Authorization is "%s"',
    async (authorization) => {
      const answer = await testApp.http
        .get('/api/v1/auth/me')
        .set('authorization', authorization)
        .expect(401);

      expect(answer.body.error.code).toBe('UNAUTHENTICATED');
    },
  );

  it('is not taken from the query or a cookie', async () => {
    const fresh = await testApp.account();
    await testApp.http.get(`/api/v1/auth/me?access_token=${fresh.accessToken}`).expect(401);
    await testApp.http.get('/api/v1/auth/me').set('cookie', `access_token=${fresh.accessToken}`).expect(401);
  });
});
