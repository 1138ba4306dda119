import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  catalogue,
  NOW,
  outcomeOf,
  requestsFor,
  response,
  SECRETS,
  WEB_PAGE,
  wayOf,
  manifestOf,
  at,
  HTML,
  type Where,
} from '../test/support.js';
import type { ProviderResponse } from './conditions.js';
import { defaultHint } from './hints.js';
import { FAILURE_KINDS } from './manifest.js';
import { interpret } from './outcome.js';

const { argocd, identity, github, slack, vercel, team, supabase, netlify, prometheus, grafana, generic } = at;

const successes: [string, Where, ProviderResponse, Record<string, unknown>][] = [
  ['applications', argocd, response(200, { items: [{}, {}, {}] }), { applications_count: 3 }],
  ['no applications', argocd, response(200, { items: null }), { applications_count: 0 }],
  ['who it is', identity, response(200, { loggedIn: true, username: 'latchkey' }), { username: 'latchkey' }],
  ['userinfo hidden by a gateway', identity, response(404, 'not found'), {}],
  [
    'the version',
    { type: 'argocd', step: 'version' },
    response(200, { Version: 'v2.8.0' }),
    { server_version: 'v2.8.0' },
  ],
  [
    'the user',
    github,
    response(200, { login: 'octo', name: 'Octo Cat' }, { 'X-RateLimit-Remaining': '4999' }),
    { username: 'octo', name: 'Octo Cat', rate_limit_remaining: 4999 },
  ],
  [
    'a user without a name, on the last call of the hour',
    github,
    response(200, { login: 'octo', name: null }, { 'x-ratelimit-remaining': '0' }),
    { username: 'octo', rate_limit_remaining: 0 },
  ],
  [
    'the team',
    slack,
    response(200, { ok: true, team: 'Acme', user: 'bot', bot_id: 'B1' }),
    { team: 'Acme', user: 'bot', bot_id: 'B1' },
  ],
  [
    'the user',
    vercel,
    response(200, { user: { username: 'u', email: 'u@x' } }),
    { username: 'u', email: 'u@x' },
  ],
  ['the team', team, response(200, { id: 'team_a', name: 'A', slug: 'a' }), { team: 'A', team_slug: 'a' }],
  ['projects', supabase, response(200, [{ name: 'app' }, {}]), { projects_count: 2, project: 'app' }],
  ['no projects', supabase, response(200, []), { projects_count: 0 }],
  [
    'the REST root',
    { type: 'supabase', mode: 'project_api_key', step: 'rest' },
    response(200, { swagger: '2.0' }),
    {},
  ],
  ['the user', netlify, response(200, { email: 'u@x', full_name: 'U' }), { email: 'u@x', name: 'U' }],
  ['a query', prometheus, response(200, { status: 'success', data: {} }), {}],
  ['the organisation', grafana, response(200, { id: 1, name: 'Main' }), { organization: 'Main' }],
  ['anything', generic, response(204, '', {}), {}],
  [
    'a web page, where nothing else is known',
    generic,
    response(200, WEB_PAGE, HTML),
    { content_type: HTML['content-type'] },
  ],
  ['the status that was asked for', { ...generic, config: { expected_status: 302 } }, response(302), {}],
];

describe('interpret', () => {
  it.each(
    successes.map(([what, where, answer, details]) => [where.type, what, where, answer, details] as const),
  )('%s shows %s', (_type, _what, where, answer, details) => {
    expect(outcomeOf(where, answer)).toEqual({ ok: true, details });
  });

  it('reads JSON with a byte order mark and headers that come twice', () => {
    const answer = response(200, '\uFEFF{"login":"octo"}', { 'x-ratelimit-remaining': ['1', '2'] });
    expect(outcomeOf(github, answer)).toEqual({ ok: true, details: { username: 'octo' } });
  });

  it('shows bounded, single-line texts only', () => {
    const answer = response(200, { login: `a\n\u0000b${'x'.repeat(500)}`, name: { first: 'a' } });
    const outcome = outcomeOf(github, answer);
    expect(outcome.ok && outcome.details.username).toBe(`a b${'x'.repeat(197)}`);
    expect(outcome.ok && outcome.details.name).toBeUndefined();
  });

  it('refuses a request that is not of this manifest', () => {
    const [request] = requestsFor({ type: 'slack' });
    const manifest = manifestOf('github');
    if (!request) throw new Error('no request');
    expect(() => interpret(manifest, wayOf(manifest), request, response(200))).toThrow(
      'github has no step auth_test',
    );
  });

  it('words seed 000’s failure as the seed does', () => {
    expect(manifestOf('argocd').failure_message).toBe('Failed to connect to ArgoCD server');
    expect(manifestOf('github').failure_message).toBe('Failed to connect to GitHub');
    expect(outcomeOf(argocd, response(401))).toMatchObject({
      reason: 'Invalid authentication token',
      status_code: 401,
    });
  });

  it('never repeats what a provider says in a reason or a hint, and never throws', () => {
    const ways = catalogue
      .list()
      .filter(({ provider }) => provider === 'manifest')
      .flatMap((manifest) => manifest.auth.map((way) => ({ manifest, way })));
    const echo = fc.constantFrom(...SECRETS);
    const body = fc.oneof(
      fc.jsonValue().map((value) => JSON.stringify(value)),
      echo,
      echo.map((secret) => JSON.stringify({ ok: false, error: secret, message: secret, items: secret })),
      fc.constant(WEB_PAGE),
    );
    const header = fc.dictionary(
      fc.constantFrom('location', 'retry-after', 'content-type', 'x-ratelimit-reset'),
      echo,
    );
    fc.assert(
      fc.property(
        fc.constantFrom(...ways),
        fc.integer({ min: 200, max: 599 }),
        body,
        header,
        ({ manifest, way }, status, text, headers) => {
          for (const request of requestsFor({ type: manifest.id, mode: way.id })) {
            const outcome = interpret(manifest, way, request, response(status, text, headers), NOW);
            if (outcome.ok) continue;
            expect(FAILURE_KINDS).toContain(outcome.kind);
            expect(`${outcome.reason} ${outcome.hint}`).not.toContain('canary');
            expect(outcome.hint.length).toBeGreaterThan(20);
          }
        },
      ),
    );
  });
});

describe('defaultHint', () => {
  it.each(FAILURE_KINDS)('%s has one sentence', (kind) => {
    expect(defaultHint(kind)).toMatch(/^[A-Z].{30,}\.$/);
  });
});
