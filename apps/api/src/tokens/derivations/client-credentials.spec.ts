import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../../test/support/counterpart.js';
import { DerivationBench, unusable } from '../../../test/support/derivation-bench.js';
import type { CredentialFields } from '../credentials.service.js';

const SECRET = 'S3cret:with/ä+&=~*';
let bench: DerivationBench;

beforeAll(async () => {
  bench = await DerivationBench.start();
});

afterAll(() => bench.close());

const draft = { integrationId: null, credentialVersion: null };

function fetch(answer: Answer, more: CredentialFields = {}) {
  bench.issuer.answers({ 'POST /token': answer });
  const fields = {
    token_url: `${bench.issuer.url}/token`,
    client_id: 'my client',
    client_secret: SECRET,
    ...more,
  };
  return bench.usable.get(bench.source('generic_http', 'client_credentials', fields, draft));
}

const granted = (more: object = {}): Answer => ({
  json: { access_token: 'the-token', token_type: 'Bearer', expires_in: 3600, ...more },
});

describe('the request to the token endpoint', () => {
  it('has ID and secret form-encoded in a Basic header, as RFC 6749 says', async () => {
    await fetch(granted(), { scope: 'read write', audience: 'https://api.example.com/' });
    const [request] = bench.issuer.requests;
    const credentials = 'my+client:S3cret%3Awith%2F%C3%A4%2B%26%3D%7E*';
    expect(request).toMatchObject({
      method: 'POST',
      path: '/token',
      headers: {
        authorization: `Basic ${Buffer.from(credentials).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
        accept: 'application/json',
      },
      body: 'grant_type=client_credentials&scope=read+write&audience=https%3A%2F%2Fapi.example.com%2F',
    });
  });

  it('has them in the body and in no header where the service wants that', async () => {
    await fetch(granted(), { client_authentication: 'post' });
    const [request] = bench.issuer.requests;
    expect(request?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'my client',
      client_secret: SECRET,
    });
  });

  it('follows no redirect', async () => {
    const error = await unusable(
      fetch({ status: 307, headers: { location: `${bench.issuer.url}/elsewhere` } }),
    );
    expect(error).toMatchObject({ kind: 'bad_response', reason: 'The token endpoint redirects elsewhere' });
    expect(bench.issuer.requests).toHaveLength(1);
  });
});

describe('the token', () => {
  const at = (seconds: number) => new Date(bench.clock.now() + seconds * 1000);

  it.each<[string, object, number]>([
    ['a number of seconds', { expires_in: 3600 }, 3600],
    ['a number written as a text', { expires_in: '1800' }, 1800],
    ['nothing, which counts as five minutes', { expires_in: undefined }, 300],
    ['null', { expires_in: null }, 300],
    ['no type and another case', { token_type: 'bEARER' }, 3600],
  ])('is taken with %s', async (_what, more, seconds) => {
    const usable = await fetch(granted(more));
    expect(usable).toEqual({
      fields: expect.objectContaining({ client_id: 'my client', access_token: 'the-token' }),
      value: { access_token: 'the-token' },
      expiresAt: at(seconds),
      renewable: true,
    });
  });

  it.each<[string, Answer, string]>([
    ['no time', granted({ expires_in: 0 }), 'a lifetime that cannot be true'],
    ['negative time', granted({ expires_in: -1 }), 'a lifetime that cannot be true'],
    ['a thousand years', granted({ expires_in: 31_536_000_000 }), 'a lifetime that cannot be true'],
    ['a text for a time', granted({ expires_in: 'soon' }), 'a lifetime that cannot be true'],
    ['an object for a time', granted({ expires_in: {} }), 'a lifetime that cannot be true'],
    ['another type', granted({ token_type: 'mac' }), 'is not a bearer token'],
    ['a number for a type', granted({ token_type: 1 }), 'is not a bearer token'],
    ['no token', granted({ access_token: undefined }), 'with no token'],
    ['an empty token', granted({ access_token: '' }), 'with no token'],
    ['a token with a line break', granted({ access_token: 'a\r\nx-evil: 1' }), 'a token that cannot be sent'],
    ['a token that is a list', granted({ access_token: ['a'] }), 'a token that cannot be sent'],
    [
      'a token of 20,000 characters',
      granted({ access_token: 'x'.repeat(20_000) }),
      'a token that cannot be sent',
    ],
    ['a web page', { text: '<!doctype html><h1>Sign in' }, 'answered with a web page'],
    ['a list', { json: [] }, 'did not answer with a JSON object'],
    ['nothing', { status: 200 }, 'answered with nothing'],
    ['200 KiB', { text: 'x'.repeat(200 * 1024) }, 'larger answer'],
  ])('is not taken with %s', async (_what, answer, reason) => {
    const error = await unusable(fetch(answer));
    expect(error).toMatchObject({
      kind: 'bad_response',
      reason: expect.stringContaining(reason),
      hint: expect.stringMatching(/\w+ \w+/),
      credentialRefused: false,
    });
  });

  it.each<[string, Answer, object]>([
    [
      'invalid_client',
      { status: 401, json: { error: 'invalid_client' } },
      { kind: 'auth', credentialRefused: true },
    ],
    [
      'invalid_client with 400',
      { status: 400, json: { error: 'invalid_client' } },
      { kind: 'auth', credentialRefused: true },
    ],
    [
      'an error with status 200',
      { json: { error: 'invalid_client', error_description: SECRET } },
      { kind: 'auth', credentialRefused: true, statusCode: 200 },
    ],
    ['401 and a web page', { status: 401, text: '<html>' }, { kind: 'auth', credentialRefused: true }],
    [
      'unauthorized_client',
      { status: 400, json: { error: 'unauthorized_client' } },
      { kind: 'permission', credentialRefused: true },
    ],
    [
      'invalid_scope',
      { status: 400, json: { error: 'invalid_scope' } },
      { kind: 'config', credentialRefused: false },
    ],
    [
      'unsupported_grant_type',
      { status: 400, json: { error: 'unsupported_grant_type' } },
      { kind: 'config' },
    ],
    ['an error of the prototype', { status: 400, json: { error: 'constructor' } }, { kind: 'bad_response' }],
    ['an error that is an object', { json: { error: { code: 1 } } }, { kind: 'bad_response' }],
    ['403', { status: 403, json: {} }, { kind: 'permission', credentialRefused: false }],
    ['404', { status: 404, json: {} }, { kind: 'not_found', credentialRefused: false }],
    [
      '429',
      { status: 429, headers: { 'retry-after': '7' } },
      { kind: 'rate_limited', retryAfterSeconds: 7, statusCode: 429 },
    ],
    [
      '500',
      { status: 500, text: SECRET },
      { kind: 'bad_response', credentialRefused: false, statusCode: 500 },
    ],
  ])('is refused with %s', async (_what, answer, expected) => {
    const error = await unusable(fetch(answer));
    expect(error).toMatchObject({ reason: expect.stringMatching(/\w+ \w+/), ...expected });
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain(SECRET);
  });

  it('cannot be had where nobody listens', async () => {
    const gone = fetch(granted(), { token_url: 'http://127.0.0.1:1/token' });
    expect(await unusable(gone)).toMatchObject({ kind: 'refused', credentialRefused: false });
  });
});
