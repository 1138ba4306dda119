import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RecoveryService } from '../src/health-monitor/recovery.service.js';
import { Recoveries, type RecoveryOutcome } from '../src/integrations/checks/recoveries.js';
import { tokenAnswer } from './support/oidc.js';
import { TokensBench } from './support/tokens-bench.js';
import { round } from './support/watch.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let bench: TokensBench;
let id: string;

beforeAll(async () => {
  bench = await TokensBench.start();
});

beforeEach(async () => {
  bench.oidc.onToken();
  await bench.testApp.sql('DELETE FROM integrations');
  id = await bench.connect();
});

afterAll(() => bench.close());

/** The server withdraws the access token before its time. */
const withdraw = () => bench.oidc.store.forget('AccessToken');

/** It has just been refreshed, so that the check itself does not do it again when it is refused. */
async function refreshedAndWithdrawn(): Promise<void> {
  await bench.refresh(id);
  bench.oidc.resetCounts();
  bench.clock.advance(1000);
  withdraw();
}

async function check(): Promise<void> {
  await bench.testApp.sql('UPDATE integrations SET next_check_at = $1', [bench.clock.date()]);
  await round(bench.app);
}

async function recoveries() {
  const { body } = await bench.testApp.as(bench.admin).get(`/integrations/${id}/health`).expect(200);
  return body.data.health.recoveries;
}

/** So often was it tried within the last day. */
const tried = (times: number) =>
  bench.testApp.sql(
    `INSERT INTO integration_logs (organization_id, id, integration_id, action, status, message, metadata, created_at)
     SELECT $1, gen_random_uuid(), $2, 'recovery_attempted', 'success', '', '{"recovery": "token"}',
       $3::timestamptz - interval '23 hours' FROM generate_series(1, $4)`,
    [bench.admin.organizationId, id, bench.clock.date(), times],
  );

describe('a token that the service refuses', () => {
  it('is refreshed before the integration is called broken', async () => {
    await refreshedAndWithdrawn();
    await check();
    expect(await bench.integration(id)).toMatchObject({ status: 'active', error_code: null });
    expect(bench.refreshes).toBe(1);
    expect((await bench.events(id)).at(-1)).toMatchObject({ kind: 'refreshed', cause: 'recovery' });
    expect(await bench.openIncidents(id)).toBe(0);
    expect(await recoveries()).toEqual([
      {
        at: bench.clock.date().toISOString(),
        action: 'token',
        outcome: 'recovered',
        message: 'The service refused the token, so another was fetched.',
      },
    ]);
    const { body } = await bench.testApp.as(bench.admin).get(`/integrations/${id}/logs`).expect(200);
    expect(body.data.logs.map(({ action }: { action: string }) => action)).toEqual([
      'health_check',
      'recovery_attempted',
      expect.anything(),
    ]);
  });

  it('is left to the check where that refreshed it already', async () => {
    bench.clock.advance(2 * MINUTE_MS);
    withdraw();
    await check();
    expect((await bench.integration(id)).status).toBe('active');
    expect((await bench.events(id)).at(-1)).toMatchObject({ kind: 'refreshed', cause: 'refusal' });
    expect(await recoveries()).toEqual([]);
  });

  it('and cannot be refreshed makes it broken, and nothing is tried again in that incident', async () => {
    await refreshedAndWithdrawn();
    bench.oidc.always(tokenAnswer(503, ''));
    await check();
    expect(['error', 'needs_reauth']).toContain((await bench.integration(id)).status);
    expect(await bench.openIncidents(id)).toBe(1);
    expect(await recoveries()).toMatchObject([
      { outcome: 'failed', message: expect.stringContaining('No other token could be fetched') },
    ]);
    for (let number = 0; number < 3; number += 1) {
      bench.clock.advance(5 * MINUTE_MS);
      await check();
    }
    expect(await recoveries()).toHaveLength(1);
  });

  it('whose refresh token is gone too needs a person, and says so once', async () => {
    await refreshedAndWithdrawn();
    bench.oidc.always(tokenAnswer(400, { error: 'invalid_grant' }));
    await check();
    expect(await bench.integration(id)).toMatchObject({
      status: 'needs_reauth',
      error_message: expect.stringContaining('no longer accepts the refresh token'),
      next_check_at: null,
    });
    expect(await bench.told(id)).toMatchObject([{ change: 'needs_reauth' }]);
    expect(await recoveries()).toMatchObject([{ outcome: 'failed' }]);
  });

  it('is not refreshed for the sixth time within a day', async () => {
    await refreshedAndWithdrawn();
    await tried(5);
    await check();
    expect(bench.refreshes).toBe(0);
    expect((await bench.integration(id)).status).not.toBe('active');
  });

  it('is again when the day is over', async () => {
    await tried(5);
    bench.clock.advance(DAY_MS);
    await bench.signIn();
    await refreshedAndWithdrawn();
    await check();
    expect((await bench.integration(id)).status).toBe('active');
  });
});

describe('another failure', () => {
  it('is not the token’s', async () => {
    await bench.testApp.sql(
      `UPDATE integrations SET config = jsonb_set(config, '{test_path}', '"/nowhere"') WHERE id = $1`,
      [id],
    );
    await check();
    expect((await bench.integration(id)).status).toBe('error');
    expect(bench.refreshes).toBe(0);
    expect(await recoveries()).toEqual([]);
  });
});

describe('what no check notices', () => {
  let due: number;
  let allowed: boolean[];
  let answer: () => RecoveryOutcome | null;

  beforeEach(() => {
    due = 1;
    allowed = [];
    answer = () => ({ outcome: 'recovered', message: 'The webhook was gone and was made again.' });
    bench.of(Recoveries).register('webhook', {
      onSchedule: {
        claim: async (limit) => {
          const taken = Math.min(limit, due);
          due -= taken;
          const subject = { organizationId: bench.admin.organizationId, id: 'app', integrationIds: [id] };
          return Array.from({ length: taken }, () => subject);
        },
        look: async (_, mayMend) => {
          allowed.push(mayMend);
          return answer();
        },
      },
    });
  });

  const look = async () => {
    const service = bench.of(RecoveryService);
    await service.round(new AbortController().signal);
    await service.settled();
  };

  it('is looked after on a schedule, and what was done stands in the log and the health', async () => {
    await look();
    expect(allowed).toEqual([true]);
    expect(await recoveries()).toMatchObject([
      { action: 'webhook', outcome: 'recovered', message: 'The webhook was gone and was made again.' },
    ]);
  });

  it('leaves nothing behind when all is well', async () => {
    answer = () => null;
    due = 9;
    await look();
    expect(allowed).toHaveLength(9);
    expect(await recoveries()).toEqual([]);
  });

  it('is mended five times a day at most; then it is only said', async () => {
    for (let number = 0; number < 7; number += 1) {
      due = 1;
      await look();
    }
    expect(allowed).toEqual([true, true, true, true, true, false, false]);
  });

  it('stops nobody else when it fails through a fault of ours, or its integration is gone', async () => {
    due = 2;
    let first = true;
    answer = () => {
      if (!first) return { outcome: 'failed', message: 'It could not be made again.' };
      first = false;
      throw new Error('a fault');
    };
    await look();
    expect(await recoveries()).toMatchObject([{ outcome: 'failed' }]);
    await bench.testApp.sql('DELETE FROM integrations');
    due = 1;
    await look();
    expect(allowed).toHaveLength(3);
  });
});
