import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LiveConnections } from '../src/integrations/credentials/live-connections.js';
import { eventually } from './support/counterpart.js';
import { type TokenAnswer, tokenAnswer } from './support/oidc.js';
import { CLIENT_SECRET, HOUR_MS, TokensBench } from './support/tokens-bench.js';

const NAME = 'Generic HTTP API';

let bench: TokensBench;
let id: string;

beforeAll(async () => {
  bench = await TokensBench.start();
});

beforeEach(async () => {
  bench.oidc.onToken();
  id = await bench.connect();
});

afterAll(() => bench.close());

const endSoon = () => bench.clock.advance(HOUR_MS - 30_000);
const end = () => bench.clock.advance(HOUR_MS);

describe('a provider that does not answer as it should', () => {
  it.each<[string, TokenAnswer]>([
    ['an error of its own', tokenAnswer(503, 'upstream connect error')],
    ['a gateway that gave up', tokenAnswer(504, '<html>504</html>')],
    ['nothing', tokenAnswer(200, '')],
    [
      'a web page',
      tokenAnswer(200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }),
    ],
    ['no token', tokenAnswer(200, { token_type: 'bearer' })],
    ['a number for a token', tokenAnswer(200, { access_token: 42, token_type: 'bearer' })],
    ['half an answer', tokenAnswer(200, '{"access_token":"abc')],
    ['a refresh token that is none', tokenAnswer(200, { access_token: 'abc', refresh_token: { a: 1 } })],
    ['an unknown error', tokenAnswer(400, { error: 'something_else' })],
  ])('with %s, leaves the token in use while it lives, and is not asked again at once', async (_, given) => {
    const before = await bench.sealed(id);
    bench.oidc.always(given);
    endSoon();
    expect((await bench.read(id)).token).toBe(before.access_token);
    expect((await bench.read(id)).token).toBe(before.access_token);
    expect(await bench.sealed(id)).toEqual(before);
    expect(await bench.row(id)).toMatchObject({ state: 'active', refresh_failures: 1, lease_token: null });
    expect((await bench.integration(id)).status).toBe('active');
    expect(await bench.events(id)).toMatchObject([{ kind: 'refresh_failed', cause: 'use' }]);
    expect(bench.refreshes).toBe(1);

    bench.oidc.onToken();
    bench.clock.advance(2000);
    expect((await bench.read(id)).token).not.toBe(before.access_token);
    expect(await bench.row(id)).toMatchObject({
      refresh_failures: 0,
      metadata: { oauth: { failure: null } },
    });
  });

  it('is asked ever more seldom, and says why to whoever needs a token that has ended', async () => {
    bench.oidc.always(tokenAnswer(503, ''));
    end();
    const waits: number[] = [];
    for (const failures of [1, 2, 3, 4]) {
      const { status, error, retryAfter } = await bench.read(id);
      expect([status, error?.code]).toEqual([502, 'UPSTREAM_ERROR']);
      expect(error?.details).toMatchObject({ reason: `${NAME} is not able to answer now` });
      const again = await bench.read(id);
      expect(again.error?.message).toBe(error?.message);
      expect([bench.refreshes, (await bench.row(id)).refresh_failures]).toEqual([failures, failures]);
      waits.push(Number(again.retryAfter));
      bench.clock.advance(Number(retryAfter) * 1000);
    }
    expect(waits).toEqual(waits.toSorted((one, other) => one - other));
    expect(waits.at(-1)).toBeGreaterThan(4);
    bench.oidc.onToken();
    expect((await bench.read(id)).status).toBe(200);
  });

  it('is left alone for as long as it asks', async () => {
    bench.oidc.always(tokenAnswer(429, { error: 'slow_down' }, { 'retry-after': '120' }));
    end();
    const { status, retryAfter } = await bench.read(id);
    expect([status, retryAfter]).toEqual([502, '120']);
    bench.clock.advance(119_000);
    await bench.read(id);
    expect(bench.refreshes).toBe(1);
    bench.oidc.onToken();
    bench.clock.advance(1000);
    expect((await bench.read(id)).status).toBe(200);
  });
});

describe('an answer that is lost', () => {
  it('of a request that never arrived, costs nothing: it is made again after the pause', async () => {
    bench.oidc.onToken(() => Promise.resolve('drop' as const));
    end();
    const { status, error } = await bench.read(id);
    expect(status).toBe(502);
    expect(error?.message).toMatch(/before it answered( in full)?\. \w/);
    expect((await bench.row(id)).metadata.oauth?.uncertain_since).toEqual(expect.any(String));
    bench.oidc.onToken();
    bench.clock.advance(2000);
    expect((await bench.read(id)).status).toBe(200);
    expect((await bench.row(id)).metadata.oauth?.uncertain_since).toBeNull();
  });

  it('after the provider has rotated, ends with a reason that says so, never in a silent loop', async () => {
    bench.oidc.onToken(async (_request, forward) => {
      await forward();
      return 'drop';
    });
    end();
    expect((await bench.read(id)).status).toBe(502);
    bench.oidc.onToken();
    bench.clock.advance(2000);
    const { status, error } = await bench.read(id);
    expect([status, error?.code]).toEqual([409, 'REAUTHORIZATION_REQUIRED']);
    expect(error?.message).toContain('An earlier refresh was interrupted');
    expect((await bench.integration(id)).status).toBe('needs_reauth');
    bench.clock.advance(24 * HOUR_MS);
    await bench.read(id);
    expect(bench.refreshes).toBe(2);
  });
});

it('a lifetime that cannot be true costs neither the token nor the refresh token that came with it', async () => {
  bench.oidc.onToken(async (_request, forward) => {
    const { body, ...given } = await forward();
    return { ...given, body: JSON.stringify({ ...(JSON.parse(body) as object), expires_in: 0 }) };
  });
  end();
  expect((await bench.read(id)).status).toBe(200);
  end();
  expect((await bench.read(id)).status).toBe(200);
  expect(await bench.events(id)).toMatchObject([{ kind: 'refreshed' }, { kind: 'refreshed' }]);
});

describe('a consent that was withdrawn', () => {
  beforeEach(() => bench.oidc.store.forget('RefreshToken'));

  it('ends in needs_reauth with a reason for people, an incident and a notice, and nobody knocks again', async () => {
    end();
    const { status, error } = await bench.read(id);
    expect([status, error?.code]).toEqual([409, 'REAUTHORIZATION_REQUIRED']);
    const reason = `${NAME} no longer accepts the refresh token: the access was withdrawn, or has expired`;
    expect(error?.message).toContain(reason);
    expect(JSON.stringify(error)).not.toContain('invalid_grant');
    expect(await bench.integration(id)).toMatchObject({
      status: 'needs_reauth',
      error_code: 'auth',
      error_message: reason,
      error_hint: expect.stringContaining('press “Authorise again”'),
      next_check_at: null,
    });
    expect(await bench.openIncidents(id)).toBe(1);
    expect(await bench.told(id)).toMatchObject([{ change: 'needs_reauth', reason }]);
    expect(await bench.row(id)).toMatchObject({ state: 'revoked', refresh_at: null });
    expect(await bench.events(id)).toMatchObject([{ kind: 'revoked', error_code: 'invalid_grant' }]);

    bench.clock.advance(HOUR_MS);
    expect((await bench.read(id)).status).toBe(409);
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect(bench.refreshes).toBe(1);
  });

  it('is given again by a consent, which starts anew', async () => {
    end();
    await bench.read(id);
    await bench.authorise(id);
    await bench.testApp.sql(`UPDATE integrations SET status = 'active' WHERE id = $1`, [id]);
    bench.of(LiveConnections).changed(bench.admin.organizationId, id);
    expect((await bench.read(id)).status).toBe(200);
    expect(await bench.row(id)).toMatchObject({
      state: 'updated',
      refresh_failures: 0,
      previous_sealed: null,
    });
    end();
    expect((await bench.read(id)).status).toBe(200);
  });
});

describe('a client whose secret was changed at the provider (Nango 988: 401 for ever)', () => {
  const refused = tokenAnswer(401, { error: 'invalid_client' });

  it('is called broken and not unauthorised, is not knocked with, and works as soon as the secret is right', async () => {
    bench.oidc.always(refused);
    end();
    const { status, error } = await bench.read(id);
    expect([status, error?.code]).toEqual([502, 'UPSTREAM_ERROR']);
    expect(error?.message).toContain('Enter the new secret of the OAuth client');
    expect(await bench.integration(id)).toMatchObject({
      status: 'error',
      error_message: `${NAME} refused the client ID or the client secret`,
    });
    expect(await bench.openIncidents(id)).toBe(1);
    expect((await bench.told(id)).map(({ change }) => change)).toEqual(['failed']);
    for (const minutes of [1, 3, 5]) {
      bench.clock.advance(minutes * 60_000);
      expect((await bench.read(id)).status).toBe(502);
    }
    expect(bench.refreshes).toBe(1);
    expect(JSON.stringify(await bench.events(id))).not.toContain(CLIENT_SECRET);

    bench.oidc.onToken();
    await bench.refresh(id);
    expect(await bench.integration(id)).toMatchObject({ status: 'active', error_message: null });
    expect(await bench.openIncidents(id)).toBe(0);
    expect((await bench.told(id)).map(({ change }) => change)).toEqual(['failed', 'recovered']);
    expect((await bench.read(id)).status).toBe(200);
  });

  it('leaves the token in use while it lives', async () => {
    const { access_token: token } = await bench.sealed(id);
    bench.oidc.always(refused);
    endSoon();
    expect(await bench.read(id)).toMatchObject({ status: 200, token });
    expect(await bench.read(id)).toMatchObject({ status: 200, token });
    expect(bench.refreshes).toBe(1);
  });
});

describe('a database that cannot write for a moment, with a rotated token in hand', () => {
  const mayWrite = (may: boolean) =>
    bench.testApp.sql(
      may
        ? 'GRANT UPDATE ON integration_credentials TO latchkey_app'
        : 'REVOKE UPDATE ON integration_credentials FROM latchkey_app',
    );
  const failures = async (): Promise<number> => {
    const [row] = await bench.testApp.sql<{ count: string }>(
      'SELECT xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(row!.count);
  };

  it('costs nothing: the token is stored when it can be, and nobody uses it before', async () => {
    end();
    const before = await failures();
    bench.oidc.onToken(async (_request, forward) => {
      await mayWrite(false);
      return forward();
    });
    const reading = bench.read(id);
    try {
      await eventually(async () => (await failures()) > before, 'the store has failed');
    } finally {
      await mayWrite(true);
    }
    const { status, token } = await reading;
    expect(status).toBe(200);
    expect((await bench.sealed(id)).access_token).toBe(token);
    expect(bench.refreshes).toBe(1);
  });
});
