import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TokenLeasesRepository } from '../src/tokens/oauth2/token-leases.repository.js';
import { eventually } from './support/counterpart.js';
import { type TokenAnswer, tokenAnswer } from './support/oidc.js';
import { TestClock } from './support/test-app.js';
import { HOUR_MS, TokensBench } from './support/tokens-bench.js';

let bench: TokensBench;
let replica: NestFastifyApplication;
let id: string;

beforeAll(async () => {
  bench = await TokensBench.start();
  replica = await bench.replica();
});

beforeEach(async () => {
  bench.oidc.onToken();
  id = await bench.connect();
});

afterAll(async () => {
  await replica.close();
  await bench.close();
});

/** Keeps the answer of the server back, which has carried the refresh out, until it is let go. */
function holdAnswers() {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>();
  let given: TokenAnswer | undefined;
  bench.oidc.onToken(async (_request, forward) => {
    given = await forward();
    await gate;
    return given;
  });
  return { release, arrived: () => eventually(() => given !== undefined, 'the server has refreshed') };
}

const everywhere = (count: number) =>
  Promise.all(Array.from({ length: count }, (_, number) => bench.read(id, number % 2 ? replica : bench.app)));

describe('an expired token that many want at the same time', () => {
  it('is refreshed once for a thousand callers on two replicas (n8n 12742: parallel refreshes burn rotating tokens)', async () => {
    const before = await bench.sealed(id);
    bench.clock.advance(HOUR_MS);
    const answers = await everywhere(1000);
    const { access_token: token, refresh_token: refreshToken } = await bench.sealed(id);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map((answer) => answer.token))).toEqual(new Set([token]));
    expect(token).not.toBe(before.access_token);
    expect(await bench.oidc.refreshable(String(refreshToken))).toBe(true);
    expect(bench.refreshes).toBe(1);
    expect(await bench.events(id)).toMatchObject([{ kind: 'refreshed', cause: 'use' }]);
  });

  it('is refreshed once more at its next end, by whichever replica: a race leaves nothing stuck (Nango 1005)', async () => {
    for (const round of [1, 2, 3]) {
      bench.clock.advance(HOUR_MS);
      const answers = await everywhere(20);
      expect(new Set(answers.map(({ token }) => token)).size).toBe(1);
      expect(bench.refreshes).toBe(round);
    }
    expect((await bench.events(id)).map(({ kind }) => kind)).toEqual(['refreshed', 'refreshed', 'refreshed']);
  });

  it('is refreshed once by the schedule, a person and programs together', async () => {
    bench.clock.advance(HOUR_MS);
    await Promise.all([
      bench.refresh(id, 'schedule'),
      bench.refresh(id, 'schedule', replica),
      bench.read(id),
      bench.read(id, replica),
    ]);
    expect(bench.refreshes).toBe(1);
  });

  it('fails once for all of them: nobody asks again what has just failed', async () => {
    bench.oidc.always(tokenAnswer(503, '', { 'content-type': 'text/plain' }));
    bench.clock.advance(HOUR_MS);
    const answers = await everywhere(100);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([502]));
    expect(new Set(answers.map(({ error }) => error?.message)).size).toBe(1);
    expect(bench.refreshes).toBe(1);
    // A person may ask before the pause is over.
    bench.oidc.onToken();
    await bench.refresh(id, 'person', replica);
    expect((await bench.read(id)).status).toBe(200);
  });

  it('is waited for by the other replica, without a lock on anything', async () => {
    bench.clock.advance(HOUR_MS);
    const held = holdAnswers();
    const winner = bench.read(id);
    await held.arrived();
    const waiter = bench.read(id, replica);
    // The row is free for others while the server is asked.
    await bench.testApp.sql(
      'UPDATE integration_credentials SET last_used_at = now() WHERE integration_id = $1',
      [id],
    );
    expect(await bench.row(id)).toMatchObject({ state: 'refreshing', lease_token: expect.any(String) });
    held.release();
    const [one, other] = await Promise.all([winner, waiter]);
    expect(one.status).toBe(200);
    expect(other.token).toBe(one.token);
    expect(bench.refreshes).toBe(1);
  });
});

describe('a token that ends soon and lives still', () => {
  it('is handed out when the refresh takes longer than a caller can wait, and the new one later', async () => {
    const { access_token: old } = await bench.sealed(id);
    bench.clock.advance(HOUR_MS - 30_000);
    const held = holdAnswers();
    expect((await bench.read(id)).token).toBe(old);
    expect((await bench.read(id, replica)).token).toBe(old);
    held.release();
    const renewed = await eventually(async () => {
      const { token } = await bench.read(id);
      return token !== old && token;
    }, 'the new token is handed out');
    expect((await bench.read(id, replica)).token).toBe(renewed);
    expect(bench.refreshes).toBe(1);
  });
});

/** Of the lease, by the clock of the database. */
async function lease() {
  const [row] = await bench.testApp.sql<{ token: string; until: Date; left: number }>(
    `SELECT lease_token AS token, lease_until AS until,
       extract(epoch FROM lease_until - clock_timestamp())::float AS left
     FROM integration_credentials WHERE integration_id = $1`,
    [id],
  );
  return row!;
}

describe('whoever has the lease', () => {
  it('has it for seconds, and for longer as long as it works: one that dies is soon noticed', async () => {
    bench.clock.advance(HOUR_MS);
    const held = holdAnswers();
    const slow = bench.read(id);
    await held.arrived();
    const first = await lease();
    expect(first.left).toBeLessThanOrEqual(15);
    const later = await eventually(async () => {
      const now = await lease();
      return now.until > first.until && now;
    }, 'the lease is extended');
    expect(later.token).toBe(first.token);
    expect(later.left).toBeLessThanOrEqual(15);
    held.release();
    expect((await slow).status).toBe(200);
    expect(await lease()).toMatchObject({ token: null, until: null });
    expect(bench.refreshes).toBe(1);
  });

  it('and has lost it, does not hold it for whoever has it now', async () => {
    await bench.leaseOfTheDead(id);
    const { id: credentialId, revision } = await bench.row(id);
    const another = '00000000-0000-4000-8000-000000000001';
    await bench.testApp.sql(
      `UPDATE integration_credentials SET lease_token = $2, lease_until = now() + interval '1 second'
       WHERE integration_id = $1`,
      [id, another],
    );
    const before = await bench.row(id);
    const place = { organizationId: bench.admin.organizationId, integrationId: id, credentialId };
    const leases = bench.of(TokenLeasesRepository);
    const lost = '00000000-0000-4000-8000-000000000002';
    expect(await leases.extend({ ...place, revision, token: lost })).toBe(false);
    expect(await leases.extend({ ...place, revision: revision + 1, token: another })).toBe(false);
    expect(await bench.row(id)).toEqual(before);
    expect(await leases.extend({ ...place, revision, token: another })).toBe(true);
    expect((await bench.row(id)).lease_until!.getTime()).toBeGreaterThan(before.lease_until!.getTime());
  });

  it('and dies before the server was asked, is followed by another', async () => {
    bench.clock.advance(HOUR_MS);
    await bench.leaseOfTheDead(id);
    expect((await bench.read(id)).status).toBe(200);
    expect(await bench.row(id)).toMatchObject({ lease_token: null, refresh_failures: 0 });
    expect(bench.refreshes).toBe(1);
  });

  it('and dies between the answer and the store, leaves a stated end and no loop', async () => {
    const before = await bench.sealed(id);
    const party = await bench.partyOf(id);
    await bench.client.refresh(party, { refreshToken: String(before.refresh_token) });
    await bench.leaseOfTheDead(id);
    bench.clock.advance(HOUR_MS);
    const { status, error } = await bench.read(id);
    expect([status, error?.code]).toEqual([409, 'REAUTHORIZATION_REQUIRED']);
    expect(error?.message).toContain('An earlier refresh was interrupted');
    expect(await bench.integration(id)).toMatchObject({
      status: 'needs_reauth',
      error_message: expect.stringContaining(
        'interrupted, or Generic HTTP API’s answer to it could not be used',
      ),
      next_check_at: null,
    });
    expect(await bench.row(id)).toMatchObject({ state: 'revoked', refresh_at: null, lease_token: null });
    await bench.read(id, replica);
    expect(bench.refreshes).toBe(2);
  });

  it('and loses it to another by waiting too long, writes nothing: the other’s token stays', async () => {
    bench.clock.advance(HOUR_MS);
    const held = holdAnswers();
    const slow = bench.read(id);
    await held.arrived();
    // Its time ran out by the clock of the database, and another took the lease and stored.
    const another = '00000000-0000-4000-8000-000000000001';
    await bench.testApp.sql(
      `UPDATE integration_credentials SET lease_token = $2, lease_until = now() + interval '1 minute'
       WHERE integration_id = $1`,
      [id, another],
    );
    const before = await bench.row(id);
    held.release();
    const { status, error } = await slow;
    expect([status, error?.code]).toEqual([504, 'UPSTREAM_TIMEOUT']);
    expect(await bench.row(id)).toEqual(before);
    expect(await bench.events(id)).toEqual([]);
  });

  it('writes nothing over a consent that was given meanwhile', async () => {
    bench.clock.advance(HOUR_MS);
    const held = holdAnswers();
    const late = bench.read(id);
    await held.arrived();
    bench.oidc.onToken();
    await bench.authorise(id);
    const consented = await bench.sealed(id);
    held.release();
    expect((await late).token).toBe(consented.access_token);
    expect(await bench.sealed(id)).toEqual(consented);
    expect(await bench.row(id)).toMatchObject({ lease_token: null, refresh_failures: 0 });
    expect(await bench.events(id)).toEqual([]);
  });

  it('finds the integration deleted: nothing comes back, and what it got is withdrawn', async () => {
    bench.clock.advance(HOUR_MS);
    let issued = '';
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    bench.oidc.onToken(async (_request, forward) => {
      const answer = await forward();
      issued = (JSON.parse(answer.body) as { access_token: string }).access_token;
      await gate;
      return answer;
    });
    const late = bench.read(id);
    await eventually(() => issued !== '', 'the server has refreshed');
    await bench.testApp.sql('DELETE FROM integrations WHERE id = $1', [id]);
    release();
    expect((await late).status).toBeGreaterThanOrEqual(400);
    expect(
      await bench.testApp.sql('SELECT 1 FROM integration_credentials WHERE integration_id = $1', [id]),
    ).toEqual([]);
    expect(await bench.oidc.accepts(issued)).toBe(false);
  });

  it('finds the integration disabled: the token is kept for when it is enabled', async () => {
    bench.clock.advance(HOUR_MS);
    const held = holdAnswers();
    const late = bench.read(id);
    await held.arrived();
    await bench.signIn();
    await bench.testApp.as(bench.admin).post(`/integrations/${id}/disable`).expect(200);
    held.release();
    expect((await late).status).toBe(200);
    expect((await bench.integration(id)).status).toBe('disabled');
    const { refresh_token: token } = await bench.sealed(id);
    expect(await bench.oidc.refreshable(String(token))).toBe(true);
  });
});

describe('replicas whose clocks are apart', () => {
  it('refresh once all the same: the lease goes by the clock of the database', async () => {
    const ahead = new TestClock(bench.clock.now() + 10 * 60_000);
    const other = await bench.replica(ahead);
    try {
      ahead.advance(HOUR_MS);
      bench.clock.advance(HOUR_MS);
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, number) => bench.read(id, number % 2 ? other : bench.app)),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ token }) => token)).size).toBe(1);
      expect(bench.refreshes).toBe(1);
    } finally {
      await other.close();
    }
  });
});
