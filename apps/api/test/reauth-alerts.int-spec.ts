import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TokenRefreshService } from '../src/health-monitor/token-refresh.service.js';
import { eventually } from './support/counterpart.js';
import { tokenAnswer } from './support/oidc.js';
import { HOUR_MS, TokensBench } from './support/tokens-bench.js';
import { round } from './support/watch.js';

let bench: TokensBench;
let id: string;

/** The schedule, the watch and the notifications really run here. */
beforeAll(async () => {
  bench = await TokensBench.start({}, { environment: { LATCHKEY_ROLE: 'all' } });
  await bench.testApp.member(bench.admin.organizationId, 'org_admin');
  id = await bench.connect();
});

afterAll(() => bench.close());

async function told() {
  const { body } = await bench.testApp.as(bench.admin).get('/notifications').expect(200);
  return body.data.notifications as { kind: string; title: string; message: string }[];
}

function mails(): string[] {
  const outbox = join(bench.testApp.dataDirectory, 'outbox');
  if (!existsSync(outbox)) return [];
  const files = readdirSync(outbox).filter((file) => file.endsWith('.eml'));
  return files.toSorted().map((file) => readFileSync(join(outbox, file), 'utf8').replaceAll('=\r\n', ''));
}

const refuse = () =>
  bench.oidc.always(
    tokenAnswer(400, {
      error: 'invalid_grant',
      error_description: '<script>provider text</script>',
    }),
  );

describe('a connection whose consent was withdrawn', () => {
  it('is told to each admin once, with what to press, in the app and by mail', async () => {
    refuse();
    bench.clock.advance(HOUR_MS - 60_000);
    await bench.signIn();
    await bench.of(TokenRefreshService).round(new AbortController().signal);
    await eventually(
      async () => (await bench.integration(id)).status === 'needs_reauth',
      'it needs to be authorised again',
    );
    const found = await eventually(async () => {
      const all = await told();
      return all.length > 0 && all;
    }, 'the admin is told');
    expect(found).toMatchObject([
      {
        kind: 'integration.needs_reauth',
        title: 'Example must be authorised again',
        message: expect.stringMatching(/no longer accepts the refresh token.*press “Authorise again”/s),
        integration_id: id,
      },
    ]);
    expect(JSON.stringify(found)).not.toMatch(/invalid_grant|provider text/);
    const sent = await eventually(() => mails().length === 2 && mails(), 'two mails');
    for (const mail of sent) {
      expect(mail).toContain('Subject: Example must be authorised again\r\n');
      expect(mail).toContain(`/integrations/${id}`);
      expect(mail).not.toMatch(/invalid_grant|provider text/);
    }
  });

  it('is not told again, however often it is tried', async () => {
    for (let number = 0; number < 3; number += 1) {
      bench.clock.advance(60_000);
      await bench.refresh(id).catch(() => undefined);
      await bench.read(id);
      await round(bench.app);
      await bench.of(TokenRefreshService).round(new AbortController().signal);
    }
    expect(bench.refreshes).toBe(1);
    expect(await told()).toHaveLength(1);
  });

  it('is told to work again once somebody has authorised it', async () => {
    bench.oidc.onToken();
    await bench.authorise(id);
    await bench.testApp.sql("UPDATE integrations SET status = 'pending', next_check_at = $1 WHERE id = $2", [
      bench.clock.date(),
      id,
    ]);
    await round(bench.app);
    await eventually(async () => (await bench.integration(id)).status === 'active', 'it works');
    const found = await eventually(async () => {
      const all = await told();
      return all.length === 2 && all;
    }, 'the admin is told');
    expect(found.map(({ kind }) => kind)).toEqual(['integration.recovered', 'integration.needs_reauth']);
    expect(await bench.openIncidents(id)).toBe(0);
  });
});
