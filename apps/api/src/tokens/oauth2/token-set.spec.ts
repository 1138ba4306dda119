import { describe, expect, it } from '@jest/globals';
import { type AuthWay, loadCatalogue } from '@latchkey/catalogue';
import fc from 'fast-check';
import type { TokenGrant } from './token-grant.js';
import { credentialOfGrant, credentialOfRefresh, isRefreshable } from './token-set.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const way = loadCatalogue()
  .get('generic_http')!
  .auth.find(({ id }) => id === 'oauth2')!;
const like = (oauth2: Partial<NonNullable<AuthWay['oauth2']>>): AuthWay => ({
  ...way,
  oauth2: { ...way.oauth2!, ...oauth2 },
});

const granted = (more: Partial<TokenGrant> = {}): TokenGrant => ({
  accessToken: 'access',
  refreshToken: 'refresh',
  lifetimeSeconds: 3600,
  scopes: ['a'],
  account: { id: '1', name: 'ada' },
  captured: {},
  receivedAt: NOW,
  ...more,
});

const CLIENT = { client_id: 'client', client_secret: 'secret' };
const consented = (
  grant: TokenGrant,
  of: AuthWay = way,
  previous?: Parameters<typeof credentialOfGrant>[1]['previous'],
  random = 0,
) =>
  credentialOfGrant(of, {
    grant,
    fields: { ...CLIENT, access_token: 'stale', refresh_token: 'stale', token_type: 'mac' },
    client: 'own',
    scopesAsked: ['a', 'b'],
    now: NOW + 500,
    random,
    previous,
  });
const seconds = (date: Date | null | undefined) => (date ? (date.getTime() - NOW) / 1000 : date);

describe('what a consent makes', () => {
  it('has the tokens beside the client, and nothing of tokens before', () => {
    const made = consented(granted());
    expect(made).toMatchObject({ credentialType: 'oauth2', proven: true });
    expect(made.fields).toEqual({ ...CLIENT, access_token: 'access', refresh_token: 'refresh' });
    expect(made.oauth).toEqual({
      scopes_asked: ['a', 'b'],
      scopes_granted: ['a'],
      account: { id: '1', name: 'ada' },
      connected_at: new Date(NOW + 500).toISOString(),
      lifetime_seconds: 3600,
      refreshable: true,
      client: 'own',
      failure: null,
      uncertain_since: null,
    });
    expect(JSON.stringify(made.oauth)).not.toMatch(/secret|access"|refresh"/);
  });

  it('keeps the refresh token of before only where it is the same account’s, of the same client', () => {
    const grant = granted({ refreshToken: undefined });
    const { oauth } = consented(granted());
    const before = (fields: object, more: object = {}) => ({
      fields: { ...CLIENT, refresh_token: 'kept', ...fields },
      oauth: { ...oauth!, ...more },
    });
    expect(consented(grant, way, before({})).fields.refresh_token).toBe('kept');
    for (const previous of [
      undefined,
      before({ client_id: 'another' }),
      before({}, { account: { id: '2' } }),
      before({}, { account: { name: 'ada' } }),
      before({}, { account: null }),
    ]) {
      const made = consented(grant, way, previous);
      expect(made.fields).toEqual({ ...CLIENT, access_token: 'access' });
      expect([made.refreshAt, made.oauth?.refreshable]).toEqual([null, false]);
    }
  });

  it('is refreshed a margin before its end, at most a fifth of its life', () => {
    const { refresh_margin_seconds: margin } = way.oauth2!;
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), (lifetimeSeconds) => {
        const { expiresAt, refreshAt } = consented(granted({ lifetimeSeconds }));
        expect(seconds(expiresAt)).toBe(lifetimeSeconds);
        expect(seconds(refreshAt)).toBeCloseTo(lifetimeSeconds - Math.min(margin, lifetimeSeconds / 5), 2);
      }),
    );
  });

  it('is refreshed a little before that by chance, so that what came together does not come together again', () => {
    const at = (lifetimeSeconds: number, random: number) =>
      seconds(consented(granted({ lifetimeSeconds }), way, undefined, random).refreshAt)!;
    const { refresh_margin_seconds: margin } = way.oauth2!;
    expect([0, 0.5, 1].map((random) => at(3600, random))).toEqual([3600, 3510, 3420].map((s) => s - margin));
    expect(at(14 * 86_400, 1)).toBe(14 * 86_400 - margin - 600);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (lifetime, random) => {
          const early = at(lifetime, 0) - at(lifetime, random);
          expect(early).toBeGreaterThanOrEqual(0);
          expect(early).toBeLessThanOrEqual(Math.min(600, lifetime / 20) + 0.001);
        },
      ),
    );
  });

  it.each<[string, Partial<TokenGrant>, AuthWay, [number | null, number | null]]>([
    ['no lifetime is used until it is refused', { lifetimeSeconds: undefined }, way, [null, null]],
    [
      'no lifetime, where one is known of the provider',
      { lifetimeSeconds: undefined },
      like({ assumed_lifetime_seconds: 100, refresh_margin_seconds: 10 }),
      [100, 90],
    ],
    ['no refresh token ends, and is not refreshed', { refreshToken: undefined }, way, [3600, null]],
    ['a refresh token of no use ends', {}, like({ refresh: 'none' }), [3600, null]],
    ['a lifetime that no token has', { lifetimeSeconds: 1e12 }, way, [null, null]],
    ['no time to live', { lifetimeSeconds: 0 }, way, [null, null]],
  ])('with %s', (_, more, of, expected) => {
    const { expiresAt, refreshAt } = consented(granted(more), of);
    expect([seconds(expiresAt), seconds(refreshAt)]).toEqual(expected);
  });
});

describe('what a refresh makes', () => {
  const before = () => {
    const { fields, oauth } = consented(granted());
    return { fields, oauth: { ...oauth!, uncertain_since: 'then' }, random: 0 };
  };

  it('is refreshed a little earlier by chance too', () => {
    const at = (random: number) =>
      seconds(credentialOfRefresh(way, granted(), { ...before(), random }).refreshAt);
    expect(at(0)! - at(1)!).toBe(180);
  });

  it('has the new refresh token of a provider that rotates, and else the old one', () => {
    const rotated = credentialOfRefresh(
      way,
      granted({ accessToken: 'new', refreshToken: 'rotated' }),
      before(),
    );
    expect(rotated.fields).toEqual({ ...CLIENT, access_token: 'new', refresh_token: 'rotated' });
    const stable = credentialOfRefresh(
      way,
      granted({ accessToken: 'new', refreshToken: undefined }),
      before(),
    );
    expect(stable.fields).toEqual({ ...CLIENT, access_token: 'new', refresh_token: 'refresh' });
    expect(isRefreshable(way, stable.fields)).toBe(true);
  });

  it('lives as long as the one before where the answer does not say, and else as it says', () => {
    const silent = credentialOfRefresh(way, granted({ lifetimeSeconds: undefined }), before());
    expect([seconds(silent.expiresAt), silent.oauth.lifetime_seconds]).toEqual([3600, 3600]);
    expect(silent.refreshAt).not.toBeNull();
    const told = credentialOfRefresh(way, granted({ lifetimeSeconds: 60 }), before());
    expect([seconds(told.expiresAt), told.oauth.lifetime_seconds]).toEqual([60, 60]);
  });

  it('keeps whose it is and when that was agreed, and forgets what failed', () => {
    const { oauth } = credentialOfRefresh(way, granted({ scopes: null, account: null }), before());
    expect(oauth).toMatchObject({
      account: { id: '1', name: 'ada' },
      scopes_asked: ['a', 'b'],
      scopes_granted: ['a'],
      connected_at: new Date(NOW + 500).toISOString(),
      failure: null,
      uncertain_since: null,
    });
  });
});
