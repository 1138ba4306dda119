import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { type Answer, Counterpart, type Received } from './support/counterpart.js';
import { keyPair } from './support/key-pairs.js';
import { KindsBench } from './support/kinds-bench.js';

const rsa = keyPair('rsa');
let bench: KindsBench;
let github: Counterpart;
let issued: number;

beforeAll(async () => {
  github = await Counterpart.start();
  bench = await KindsBench.start({ EGRESS_HOST_MAP: github.mapping('api.github.com', 'ghe.example.com') });
});

afterAll(async () => {
  await bench.close();
  await github.close();
});

/** GitHub, which checks the App's JWT as it says it does: RS256, the issuer, ten minutes at most, not from the future. */
function grant({ headers }: Received): Answer {
  const now = Math.floor(bench.testApp.clock.now() / 1000);
  try {
    const token = headers.authorization!.replace('Bearer ', '');
    const options = { algorithms: ['RS256' as const], issuer: '123', clockTimestamp: now };
    const { iat, exp } = jwt.verify(token, rsa.publicKey, options) as jwt.JwtPayload;
    if (exp! - now > 600 || iat! > now) throw new Error('times');
  } catch {
    return { status: 401, json: { message: 'A JSON web token could not be decoded' } };
  }
  issued += 1;
  const expires = new Date((now + 3600) * 1000).toISOString();
  return { status: 201, json: { token: `ghs_${issued}`, expires_at: expires, permissions: {} } };
}

function serve(prefix = ''): void {
  issued = 0;
  github.answers({
    [`POST ${prefix}/app/installations/456/access_tokens`]: grant,
    [`GET ${prefix}/installation/repositories`]: ({ headers }) =>
      headers.authorization === `Bearer ghs_${issued}`
        ? { json: { total_count: 7, repositories: [] } }
        : { status: 401, json: { message: 'Bad credentials' } },
  });
}

beforeEach(() => serve());

const app = {
  credential_type: 'github_app',
  app_id: '123',
  installation_id: '456',
  private_key: rsa.privateKey,
};
const tryOut = (credentials: object = app, config: object = {}) =>
  bench.api.post('/integrations/test', { integration_type_id: 'github', config, credentials });

describe('a GitHub App', () => {
  it('gets a token for its installation, and asks for its repositories', async () => {
    const { body } = await tryOut().expect(200);
    expect(body.data.details).toEqual({ repositories: 7, response_time_ms: expect.any(Number) });
    expect(github.requests).toEqual([
      expect.objectContaining({
        method: 'POST',
        path: '/app/installations/456/access_tokens',
        body: '',
        headers: expect.objectContaining({
          host: 'api.github.com',
          accept: 'application/vnd.github+json',
          'x-github-api-version': '2022-11-28',
        }),
      }),
      expect.objectContaining({ method: 'GET', path: '/installation/repositories?per_page=1' }),
    ]);
  });

  it('works on GitHub Enterprise Server', async () => {
    serve('/api/v3');
    await tryOut(app, { api_base_url: 'https://ghe.example.com/api/v3/' }).expect(200);
    expect(github.requests.map(({ headers }) => headers.host)).toEqual([
      'ghe.example.com',
      'ghe.example.com',
    ]);
  });

  it.each<[string, Answer, object]>([
    [
      'an unknown App',
      { status: 401, json: { message: 'Integration not found' } },
      { kind: 'auth', reason: 'GitHub refused the App ID or the private key' },
    ],
    [
      'a wrong clock',
      { status: 401, json: { message: "'Expiration time' claim ('exp') is too far in the future" } },
      { kind: 'auth', hint: expect.stringContaining('clock') },
    ],
    ['no such installation', { status: 404, json: { message: 'Not Found' } }, { kind: 'not_found' }],
    [
      'a suspended installation',
      { status: 403, json: { message: 'This installation has been suspended' } },
      { kind: 'permission' },
    ],
    ['throttling', { status: 403, headers: { 'retry-after': '60' }, json: {} }, { kind: 'rate_limited' }],
    [
      'a redirect',
      { status: 301, headers: { location: 'https://ghe.example.com/' } },
      { kind: 'bad_response' },
    ],
    [
      'a web page',
      { status: 201, text: '<!doctype html>' },
      { kind: 'bad_response', reason: 'GitHub answered with a web page' },
    ],
    ['no token', { status: 201, json: { expires_at: '2100-01-01T00:00:00Z' } }, { kind: 'bad_response' }],
    [
      'no end',
      { status: 201, json: { token: 'ghs_x' } },
      { kind: 'bad_response', reason: expect.stringContaining('lifetime') },
    ],
    [
      'an end in the past',
      { status: 201, json: { token: 'ghs_x', expires_at: '2020-01-01T00:00:00Z' } },
      { kind: 'bad_response' },
    ],
    ['another success', { status: 200, json: { token: 'ghs_x' } }, { kind: 'bad_response' }],
  ])('tells of %s', async (_what, answer, details) => {
    github.answers({ '*': answer });
    const { body } = await tryOut().expect(422);
    expect(body.error.details).toMatchObject({ hint: expect.stringMatching(/\w+ \w+/), ...details });
    expect(github.requests).toHaveLength(1);
  });

  it.each([
    ['private_key', { private_key: keyPair('P-256').privateKey }, 'must be an RSA key for a GitHub App'],
    ['private_key', { private_key: 'hunter2hunter2' }, 'must be a private key in PEM form'],
    ['installation_id', { installation_id: '../../user' }, 'must be a number'],
  ])('is refused for a wrong %s', async (field, more, message) => {
    await bench.refused(bench.create('github', {}, { ...app, ...more }), field, message);
  });

  // The last: from here on the clocks differ, and GitHub’s Date tells.
  it('gets another token a minute before the hour is over, once', async () => {
    const { body } = await bench.create('github', {}, app).expect(201);
    const { id } = body.data.integration;
    await bench.health(id);
    expect(issued).toBe(2);
    bench.testApp.clock.advance(3_539_000);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => bench.health(id)));
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    bench.testApp.clock.advance(2_000);
    await Promise.all(Array.from({ length: 100 }, () => bench.health(id)));
    expect(issued).toBe(3);
  });

  it('is told when it is the clock that differs', async () => {
    await bench.signIn();
    github.answers({ '*': { status: 401, json: { message: 'Bad credentials' } } });
    const { body } = await tryOut().expect(422);
    expect(body.error.details.reason).toBe('GitHub refused the token of the App because of its time');
  });
});
