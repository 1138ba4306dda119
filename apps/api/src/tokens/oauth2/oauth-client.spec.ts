import { createHash } from 'node:crypto';
import { ConfigurationError } from '@latchkey/catalogue';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  CLIENT_SECRET,
  OAuthBench,
  REDIRECT_URI,
  tokenError,
  VERIFIER,
} from '../../../test/support/oauth-bench.js';
import { TestAuthority } from '../../../test/support/certificates.js';
import { type Answer, Counterpart } from '../../../test/support/counterpart.js';

let bench: OAuthBench;

beforeAll(async () => {
  bench = await OAuthBench.start();
});

afterAll(() => bench.close());

const TOKENS = {
  access_token: 'access-1',
  token_type: 'Bearer',
  expires_in: 3600,
  refresh_token: 'refresh-1',
};
const granted = (more: object = {}): Answer => ({ json: { ...TOKENS, ...more } });
const BASIC = `Basic ${Buffer.from('my-client_1:S3cret%3Awith%2F%C3%A4%2B%26%3D%7E*').toString('base64')}`;
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

function authorizationUrl(config: object = {}, scopes: string[] = ['read', 'write']) {
  const request = { redirectUri: REDIRECT_URI, state: 'the-state', codeVerifier: VERIFIER, scopes };
  return new URL(bench.client.authorizationUrl(bench.any({ ...config }), request));
}

describe('the address of the consent', () => {
  it('has what RFC 6749 and 7636 ask for', () => {
    const url = authorizationUrl();
    expect(`${url.origin}${url.pathname}`).toBe(`${bench.provider.url}/authorize`);
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: 'my-client_1',
      redirect_uri: REDIRECT_URI,
      scope: 'read write',
      state: 'the-state',
      code_challenge: CHALLENGE,
      code_challenge_method: 'S256',
    });
  });

  it('keeps the query of the address and adds what the settings say, but nothing that the flow decides', () => {
    const url = authorizationUrl(
      {
        authorization_url: 'https://login.example.com/authorize?tenant=a&client_id=evil&state=evil',
        oauth_parameters:
          'access_type=offline&audience=https%3A%2F%2Fapi&redirect_uri=https://evil&scope=all',
        oauth_without_pkce: true,
      },
      [],
    );
    expect([...url.searchParams].sort()).toEqual([
      ['access_type', 'offline'],
      ['audience', 'https://api'],
      ['client_id', 'my-client_1'],
      ['redirect_uri', REDIRECT_URI],
      ['response_type', 'code'],
      ['state', 'the-state'],
      ['tenant', 'a'],
    ]);
  });

  it('asks for the consent that offline access needs, unless the settings say otherwise', () => {
    const prompt = (config: object) =>
      authorizationUrl(config, ['offline_access']).searchParams.get('prompt');
    expect(prompt({})).toBe('consent');
    expect(prompt({ oauth_parameters: 'prompt=login' })).toBe('login');
    expect(authorizationUrl().searchParams.get('prompt')).toBeNull();
  });

  it.each([
    ['is not set', { authorization_url: '' }, 'Authorization URL is not set'],
    ['is not one', { authorization_url: 'nonsense' }, 'The authorization URL cannot be used'],
    ['runs a script', { authorization_url: 'javascript:alert(1)' }, 'The authorization URL cannot be used'],
    ['has a password', { token_url: 'https://u:p@example.com/token' }, 'The token URL cannot be used'],
  ])('is not made where an address %s', (_what, config, message) => {
    expect(() => authorizationUrl(config)).toThrow(new ConfigurationError(message, ''));
  });
});

describe('the exchange of the code', () => {
  it('proves the client in a Basic header, and has the verifier', async () => {
    bench.provider.answers({ 'POST /token': granted() });
    const grant = await bench.exchange(bench.any());
    expect(grant).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      lifetimeSeconds: 3600,
      scopes: null,
      account: null,
      captured: {},
      receivedAt: bench.clock.now(),
    });
    const [request] = bench.provider.requests;
    expect(request?.headers).toMatchObject({
      authorization: BASIC,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': expect.stringMatching(/^Latchkey\//),
    });
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: REDIRECT_URI,
      code_verifier: VERIFIER,
    });
  });

  it.each<[string, object, object, object]>([
    [
      'in the body',
      { oauth_client_authentication: 'post' },
      {},
      { client_id: 'my-client_1', client_secret: CLIENT_SECRET },
    ],
    ['by the ID alone where there is no secret', {}, { secret: undefined }, { client_id: 'my-client_1' }],
    [
      'by the ID alone for a public client',
      { oauth_client_authentication: 'none' },
      {},
      { client_id: 'my-client_1' },
    ],
  ])('proves the client %s', async (_how, config, client, expected) => {
    bench.provider.answers({ 'POST /token': granted() });
    await bench.exchange(bench.any({ ...config, oauth_without_pkce: true }, client));
    const [request] = bench.provider.requests;
    expect(request?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: REDIRECT_URI,
      ...expected,
    });
  });

  it.each<[string, Record<string, string>, object]>([
    ['another state', { state: 'other' }, {}],
    ['no code', { code: '' }, {}],
    ['another issuer', { iss: 'https://evil.example.com' }, { issuer: 'https://login.example.com' }],
    ['a token instead of a code', { token: 'x' }, {}],
  ])('is not made with %s', async (_what, callback, config) => {
    bench.provider.answers({ 'POST /token': granted() });
    const error = await tokenError(bench.exchange(bench.any({ ...config }), callback));
    expect(error).toMatchObject({ outcome: 'refused', uncertain: false });
    expect(bench.provider.requests).toEqual([]);
    expect(JSON.stringify(error) + String(error.stack) + String(error.cause)).not.toContain('the-code');
  });

  it('is not made with two codes', async () => {
    bench.provider.answers({ 'POST /token': granted() });
    const callback = new URLSearchParams('code=a&code=b&state=the-state');
    const request = {
      callback,
      redirectUri: REDIRECT_URI,
      state: 'the-state',
      codeVerifier: VERIFIER,
      scopes: [],
    };
    const error = await tokenError(bench.client.exchange(bench.any(), request));
    expect(error).toMatchObject({ outcome: 'refused', kind: 'bad_response' });
    expect(bench.provider.requests).toEqual([]);
  });

  it('is made with the issuer that the settings name, and with any where they name none', async () => {
    bench.provider.answers({ 'POST /token': granted() });
    const issuer = 'https://login.example.com';
    await bench.exchange(bench.any({ issuer }), { iss: issuer });
    await bench.exchange(bench.any(), { iss: 'https://whoever.example.com' });
    expect(bench.provider.requests).toHaveLength(2);
  });

  it('tells of a consent that was not given', async () => {
    const error = await tokenError(bench.exchange(bench.any(), { error: 'access_denied', code: '' }));
    expect(error).toMatchObject({ outcome: 'refused', kind: 'permission', code: 'access_denied' });
  });

  it('calls a code that is refused no dead consent', async () => {
    bench.provider.answers({ 'POST /token': { status: 400, json: { error: 'invalid_grant' } } });
    const error = await tokenError(bench.exchange(bench.any()));
    expect(error).toMatchObject({
      outcome: 'refused',
      code: 'invalid_grant',
      reason: 'Generic HTTP API did not accept the authorization code',
      credentialRefused: false,
      needsConsent: false,
    });
  });
});

describe('a refresh', () => {
  it('sends the refresh token to the token URL', async () => {
    bench.provider.answers({ 'POST /token': granted({ refresh_token: undefined, scope: 'read' }) });
    const grant = await bench.client.refresh(bench.any(), { refreshToken: 'refresh-0', scopes: ['read'] });
    expect(grant).toMatchObject({ accessToken: 'access-1', scopes: ['read'], lifetimeSeconds: 3600 });
    expect(grant.refreshToken).toBeUndefined();
    const [request] = bench.provider.requests;
    expect(request?.headers.authorization).toBe(BASIC);
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0',
      scope: 'read',
    });
  });

  it('counts the lifetime from when it was asked, not from when the answer came', async () => {
    const asked = bench.clock.now();
    bench.provider.answers({
      'POST /token': () => {
        bench.clock.advance(5_000);
        return granted();
      },
    });
    const grant = await bench.client.refresh(bench.any(), { refreshToken: 'r' });
    expect(grant.receivedAt).toBe(asked);
  });

  it('trusts the authority that the settings name, and no other', async () => {
    const authority = new TestAuthority();
    const provider = await Counterpart.start(authority.issue(['IP:127.0.0.1']));
    provider.answers({ 'POST /token': granted() });
    const refresh = (more: object) =>
      bench.client.refresh(bench.any({ token_url: `${provider.url}/token`, ...more }), { refreshToken: 'r' });

    const error = await tokenError(refresh({}));
    expect(error).toMatchObject({ outcome: 'unavailable', kind: 'tls', uncertain: false });
    expect(await refresh({ ca_certificate: authority.certificate })).toMatchObject({
      accessToken: 'access-1',
    });
    expect(await refresh({ tls_verify: false })).toMatchObject({ accessToken: 'access-1' });
    await provider.close();
  });

  it('follows no redirect', async () => {
    bench.provider.answers({
      'POST /token': { status: 307, headers: { location: `${bench.provider.url}/other` } },
    });
    const error = await tokenError(bench.client.refresh(bench.any(), { refreshToken: 'r' }));
    expect(error).toMatchObject({ outcome: 'unavailable', reason: 'Generic HTTP API redirects elsewhere' });
    expect(bench.provider.requests).toHaveLength(1);
  });
});

describe('a revocation', () => {
  const revoke = (party = bench.any()) =>
    bench.client.revoke(party, { accessToken: 'access-1', refreshToken: 'refresh-1' });

  it('gives the refresh token away, as RFC 7009 says', async () => {
    bench.provider.answers({ 'POST /revoke': { status: 200 } });
    expect(await revoke()).toBe('revoked');
    const [request] = bench.provider.requests;
    expect(request).toMatchObject({ headers: { authorization: BASIC }, body: 'token=refresh-1' });
  });

  it('gives the access token away where there is no other, with a public client', async () => {
    bench.provider.answers({ 'POST /revoke': { status: 200 } });
    const party = bench.any({ oauth_client_authentication: 'none' });
    await bench.client.revoke(party, { accessToken: 'access-1' });
    expect(bench.provider.requests[0]?.body).toBe('token=access-1&client_id=my-client_1');
  });

  it('is not possible where nobody said how', async () => {
    expect(await revoke(bench.any({ revocation_url: '' }))).toBe('unsupported');
  });

  it.each<[string, Answer, string]>([
    ['a token that is gone already', { status: 400, json: { error: 'invalid_token' } }, 'revoked'],
    ['a refused client', { status: 401, json: { error: 'invalid_client' } }, 'client_refused'],
    ['a server that is down', { status: 503 }, 'unavailable'],
    ['an error nobody knows', { status: 400, json: { error: 'unsupported_token_type' } }, 'refused'],
  ])('with %s', async (_what, answer, expected) => {
    bench.provider.answers({ 'POST /revoke': answer });
    const outcome = await revoke().catch((error: { outcome: string }) => error.outcome);
    expect(outcome).toBe(expected);
  });
});
