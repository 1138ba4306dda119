import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Answer } from '../../../test/support/counterpart.js';
import { CLIENT_SECRET, OAuthBench, tokenError } from '../../../test/support/oauth-bench.js';

let bench: OAuthBench;

beforeAll(async () => {
  bench = await OAuthBench.start('github.com', 'slack.com');
});

afterAll(() => bench.close());

const granted = (more: object = {}): Answer => ({
  json: {
    access_token: 'access-1',
    token_type: 'Bearer',
    expires_in: 3600,
    refresh_token: 'refresh-1',
    ...more,
  },
});

function refresh(answer: Answer, party = bench.any()) {
  bench.provider.answers({ '*': answer });
  return bench.client.refresh(party, { refreshToken: `refresh-${CLIENT_SECRET}` });
}

describe('a token answer', () => {
  it.each<[string, Answer, object]>([
    ['status 201', { status: 201, json: granted().json }, {}],
    ['a lifetime written as a text', granted({ expires_in: '1800' }), { lifetimeSeconds: 1800 }],
    ['a fraction of a second', granted({ expires_in: 3599.5 }), { lifetimeSeconds: 3599.5 }],
    ['no lifetime', granted({ expires_in: undefined }), { lifetimeSeconds: undefined }],
    ['null for a lifetime', granted({ expires_in: null }), { lifetimeSeconds: undefined }],
    ['no time to live', granted({ expires_in: 0 }), { lifetimeSeconds: undefined }],
    ['negative time', granted({ expires_in: -1 }), { lifetimeSeconds: undefined }],
    ['a thousand years', granted({ expires_in: 31_536_000_000 }), { lifetimeSeconds: undefined }],
    ['a text for a time', granted({ expires_in: 'soon' }), { lifetimeSeconds: undefined }],
    ['an object for a time', granted({ expires_in: {} }), { lifetimeSeconds: undefined }],
    ['no refresh token', granted({ refresh_token: undefined }), { refreshToken: undefined }],
    ['an empty refresh token', granted({ refresh_token: '' }), { refreshToken: undefined }],
    ['null for a refresh token', granted({ refresh_token: null }), { refreshToken: undefined }],
    ['no token type', granted({ token_type: undefined }), {}],
    ['a token type of its own', granted({ token_type: 'bot' }), {}],
    ['an ID token nobody asked for', granted({ id_token: 'not.a.jwt' }), {}],
    ['scopes with commas', granted({ scope: 'repo,read:org' }), { scopes: ['repo', 'read:org'] }],
    ['scopes with spaces', granted({ scope: 'a b  a' }), { scopes: ['a', 'b'] }],
    ['scopes as a list', granted({ scope: ['a', 'b', 1] }), { scopes: ['a', 'b'] }],
    ['no scope at all', granted({ scope: '' }), { scopes: [] }],
    ['nothing about scopes', granted(), { scopes: null }],
    ['a byte order mark', { text: `\uFEFF${JSON.stringify(granted().json)}` }, {}],
    [
      'a form',
      {
        text: 'access_token=access-1&expires_in=28800&refresh_token=refresh-1&scope=repo%2Cuser',
        headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      },
      { lifetimeSeconds: 28_800, scopes: ['repo', 'user'] },
    ],
  ])('is taken with %s', async (_what, answer, expected) => {
    const grant = await refresh(answer);
    expect(grant).toEqual({
      accessToken: 'access-1',
      refreshToken: 'refresh-1',
      lifetimeSeconds: 3600,
      scopes: null,
      account: null,
      captured: {},
      receivedAt: bench.clock.now(),
      ...expected,
      ...(Object.hasOwn(expected, 'lifetimeSeconds') ? {} : { lifetimeSeconds: expect.any(Number) }),
    });
  });

  it.each<[string, Answer]>([
    ['no token', granted({ access_token: undefined })],
    ['an empty token', granted({ access_token: '' })],
    ['a token with a line break', granted({ access_token: 'a\r\nx-evil: 1' })],
    ['a token that is a list', granted({ access_token: ['a'] })],
    ['a token of 20,000 characters', granted({ access_token: 'x'.repeat(20_000) })],
    ['a refresh token that is an object', granted({ refresh_token: {} })],
    ['a refresh token with a line break', granted({ refresh_token: 'a\nb' })],
    ['a token bound to a key', granted({ token_type: 'DPoP' })],
    ['a web page', { text: '<!doctype html><h1>Sign in' }],
    [
      'half an answer',
      { text: '{"access_token":"access-1","refr', headers: { 'content-type': 'application/json' } },
    ],
    ['a list', { json: [] }],
    ['a text', { json: 'access-1' }],
    ['nothing', { status: 200 }],
    ['no content', { status: 204 }],
  ])('is malformed with %s, and nobody knows what came of the request', async (_what, answer) => {
    const error = await tokenError(refresh(answer));
    expect(error).toMatchObject({
      outcome: 'malformed',
      kind: 'bad_response',
      uncertain: true,
      credentialRefused: false,
      reason: expect.stringMatching(/^Generic HTTP API (answered|gave)/),
    });
  });

  it('is cut off where it is longer than any honest one', async () => {
    const error = await tokenError(refresh({ text: 'x'.repeat(200 * 1024) }));
    expect(error).toMatchObject({ outcome: 'unavailable', kind: 'bad_response', uncertain: true });
  });

  it.each<[string, Answer, object]>([
    [
      'invalid_grant',
      { status: 400, json: { error: 'invalid_grant' } },
      { outcome: 'dead', needsConsent: true },
    ],
    ['invalid_grant with 401', { status: 401, json: { error: 'invalid_grant' } }, { outcome: 'dead' }],
    [
      'invalid_grant with 200',
      { json: { error: 'invalid_grant' } },
      { outcome: 'dead', code: 'invalid_grant' },
    ],
    ['invalid_client', { status: 400, json: { error: 'invalid_client' } }, { outcome: 'client_refused' }],
    ['401 and nothing else', { status: 401 }, { outcome: 'client_refused', kind: 'auth' }],
    ['401 and a web page', { status: 401, text: '<html>' }, { outcome: 'client_refused' }],
    [
      'unauthorized_client',
      { status: 400, json: { error: 'unauthorized_client' } },
      { outcome: 'client_refused' },
    ],
    [
      'invalid_scope',
      { status: 400, json: { error: 'invalid_scope' } },
      { outcome: 'refused', code: 'invalid_scope' },
    ],
    [
      'an error of its own',
      { status: 400, json: { error: 'odd_error' } },
      { outcome: 'refused', reason: /odd_error$/ },
    ],
    [
      'an error that could be a secret',
      { status: 400, json: { error: CLIENT_SECRET } },
      { outcome: 'refused', code: undefined },
    ],
    ['an error of the prototype', { status: 400, json: { error: 'constructor' } }, { outcome: 'refused' }],
    ['an error that is an object', { json: { error: { code: 1 } } }, { outcome: 'refused', code: undefined }],
    ['403', { status: 403, json: {} }, { outcome: 'refused' }],
    ['404', { status: 404, json: {} }, { outcome: 'refused', kind: 'not_found' }],
    [
      '429',
      { status: 429, headers: { 'retry-after': '7' } },
      { outcome: 'unavailable', kind: 'rate_limited', retryAfterSeconds: 7, uncertain: false },
    ],
    [
      '503',
      { status: 503, headers: { 'retry-after': '60' } },
      { outcome: 'unavailable', retryAfterSeconds: 60, uncertain: false },
    ],
    ['500', { status: 500, text: CLIENT_SECRET }, { outcome: 'unavailable', uncertain: true }],
    ['502', { status: 502, text: '<html>' }, { outcome: 'unavailable', uncertain: true }],
    [
      'temporarily_unavailable',
      { status: 400, json: { error: 'temporarily_unavailable' } },
      { outcome: 'unavailable', uncertain: false },
    ],
  ])('is refused with %s', async (_what, answer, { reason, ...expected }: { reason?: RegExp }) => {
    const error = await tokenError(refresh(answer));
    expect(error).toMatchObject({
      reason: expect.stringMatching(reason ?? /^Generic HTTP API \w+/),
      ...expected,
    });
    expect(error.hint).toMatch(/\w+ \w+/);
    expect(`${error.message} ${error.hint} ${error.stack} ${String(error.cause)}`).not.toContain(
      CLIENT_SECRET,
    );
  });

  it('says whose client it is that was refused', async () => {
    const refused: Answer = { status: 401, json: { error: 'invalid_client' } };
    const own = await tokenError(refresh(refused));
    const shared = await tokenError(refresh(refused, bench.any({}, { of: 'installation' })));
    expect(own.hint).toContain('Enter the new secret');
    expect(shared.hint).toContain('Whoever runs Latchkey');
  });

  it.each<[string, string, string, object]>([
    ['GitHub', 'bad_refresh_token', 'dead', {}],
    ['GitHub', 'incorrect_client_credentials', 'client_refused', {}],
    ['Slack', 'invalid_refresh_token', 'dead', { ok: false }],
    ['Slack', 'bad_client_secret', 'client_refused', { ok: false }],
    ['Slack', 'ratelimited', 'unavailable', { ok: false }],
    ['Slack', 'internal_error', 'unavailable', { ok: false }],
  ])('of %s with status 200 and %s is %s', async (name, code, outcome, more) => {
    const error = await tokenError(
      refresh({ json: { error: code, ...more } }, bench.party(name.toLowerCase())),
    );
    expect(error).toMatchObject({ outcome, code });
  });
});

describe('no answer at all', () => {
  const lost = (url: string, signal?: AbortSignal) =>
    tokenError(bench.client.refresh(bench.any({ token_url: url }), { refreshToken: 'r' }, signal));

  it('is certain where nobody listens and where the name is unknown', async () => {
    expect(await lost('http://127.0.0.1:1/token')).toMatchObject({
      outcome: 'unavailable',
      kind: 'refused',
      uncertain: false,
    });
    expect(await lost('http://nobody.invalid/token')).toMatchObject({
      outcome: 'unavailable',
      kind: 'dns',
      uncertain: false,
    });
  });

  it('is uncertain where the connection is lost after the request', async () => {
    const port = await bench.egress.servers.tcp((socket) => socket.once('data', () => socket.destroy()));
    expect(await lost(`http://127.0.0.1:${port}/token`)).toMatchObject({
      outcome: 'unavailable',
      kind: 'refused',
      uncertain: true,
    });
  });

  it('is uncertain where the caller gives up waiting', async () => {
    const controller = new AbortController();
    const port = await bench.egress.servers.tcp((socket) => socket.once('data', () => controller.abort()));
    expect(await lost(`http://127.0.0.1:${port}/token`, controller.signal)).toMatchObject({
      outcome: 'unavailable',
      kind: 'timeout',
      uncertain: true,
    });
  });
});
