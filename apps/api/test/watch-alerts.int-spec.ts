import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArgoBench, TOKEN } from './support/argocd.js';
import { eventually } from './support/counterpart.js';
import type { Account } from './support/test-app.js';
import { round, rowOf } from './support/watch.js';

let bench: ArgoBench;
let second: Account;
let viewer: Account;
let id: string;

/** The watch really runs here: rounds come from the queue, and so do notifications and mails. */
beforeAll(async () => {
  bench = await ArgoBench.start({ environment: { LATCHKEY_ROLE: 'all' } });
  second = await bench.testApp.member(bench.admin.organizationId, 'org_admin');
  viewer = await bench.testApp.member(bench.admin.organizationId, 'viewer');
});

afterAll(() => bench.close());

interface Told {
  id: string;
  kind: string;
  title: string;
  message: string;
  integration_id: string;
  read_at: string | null;
}

async function toldTo(
  account: Account,
  query = '',
): Promise<{ notifications: Told[]; unread_count: number }> {
  return (await bench.testApp.as(account).get(`/notifications${query}`).expect(200)).body.data;
}

function mails(): { file: string; text: string }[] {
  const outbox = join(bench.testApp.dataDirectory, 'outbox');
  if (!existsSync(outbox)) return [];
  return (
    readdirSync(outbox)
      .filter((file) => file.endsWith('.eml'))
      .sort()
      .map((file) => join(outbox, file))
      // Long lines are broken in two (quoted-printable, RFC 2045).
      .map((file) => ({ file, text: readFileSync(file, 'utf8').replaceAll('=\r\n', '') }))
  );
}

/** Makes it due and has the watch look, without waiting for its next tick. */
async function watched(status: string, failures: number): Promise<void> {
  bench.testApp.clock.advance(1000);
  await bench.testApp.sql('UPDATE integrations SET next_check_at = $1', [bench.testApp.clock.date()]);
  await round(bench.testApp.app);
  await eventually(async () => {
    const row = await rowOf(bench, id);
    return row.status === status && row.consecutive_failures === failures;
  }, `the watch finds it ${status}`);
}

describe('a new integration', () => {
  it('is tested in the background without being asked', async () => {
    ({ id } = await bench.create(bench.admin, { name: 'Shop deployments' }));
    await eventually(async () => (await rowOf(bench, id)).status === 'active', 'it was tested');
    expect((await toldTo(bench.admin)).notifications).toEqual([]);
    expect(mails()).toEqual([]);
  });
});

describe('a failure', () => {
  it('is told to each admin once, in the app and by mail, and to nobody else', async () => {
    bench.failing(401);
    await watched('error', 1);
    for (const admin of [bench.admin, second]) {
      const told = await eventually(async () => {
        const page = await toldTo(admin);
        return page.notifications.length > 0 && page;
      }, 'the admin is told');
      expect(told).toMatchObject({
        unread_count: 1,
        notifications: [
          {
            kind: 'integration.failed',
            title: 'Shop deployments is broken',
            message: expect.stringMatching(/^Invalid authentication token\. .+\.$/),
            integration_id: id,
            read_at: null,
          },
        ],
      });
    }
    expect(await toldTo(viewer)).toEqual({ notifications: [], unread_count: 0, next_cursor: null });

    const sent = await eventually(() => mails().length === 2 && mails(), 'two mails');
    expect(sent.map(({ text }) => /^To: (.+)\r$/m.exec(text)![1]).sort()).toEqual(
      [bench.admin.email, second.email].sort(),
    );
    for (const { file, text } of sent) {
      expect(file).toContain('integration-failed');
      expect(text).toContain('Subject: Shop deployments is broken\r\n');
      expect(text).toContain(`/integrations/${id}`);
      expect(text).not.toContain(TOKEN);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  it('that lasts is not told again', async () => {
    await watched('error', 2);
    await watched('error', 3);
    bench.healthy();
    await watched('active', 0);
    await eventually(() => mails().length >= 4, 'the mails about the recovery');
    const { notifications } = await toldTo(bench.admin);
    expect(notifications.map(({ kind }) => kind)).toEqual(['integration.recovered', 'integration.failed']);
    expect(notifications[0]!.title).toBe('Shop deployments works again');
    expect(mails()).toHaveLength(4);
  });
});

describe('what a person was told', () => {
  it('is marked read one by one and all together, for them alone', async () => {
    const api = bench.testApp.as(bench.admin);
    const [newest, oldest] = (await toldTo(bench.admin)).notifications as [Told, Told];
    const { body } = await api.post(`/notifications/${oldest.id}/read`).expect(200);
    expect(body.data.notification).toMatchObject({ id: oldest.id, read_at: expect.any(String) });
    const again = await api.post(`/notifications/${oldest.id}/read`).expect(200);
    expect(again.body.data.notification.read_at).toBe(body.data.notification.read_at);
    expect(await toldTo(bench.admin, '?unread=true')).toMatchObject({
      unread_count: 1,
      notifications: [{ id: newest.id }],
    });
    expect((await api.post('/notifications/read-all').expect(200)).body.data).toEqual({ read: 1 });
    expect((await api.post('/notifications/read-all').expect(200)).body.data).toEqual({ read: 0 });
    expect(await toldTo(bench.admin)).toMatchObject({ unread_count: 0 });
    expect(await toldTo(second)).toMatchObject({ unread_count: 2 });
  });

  it('is not another’s to read', async () => {
    const [theirs] = (await toldTo(second)).notifications as [Told];
    await bench.testApp.as(bench.admin).post(`/notifications/${theirs.id}/read`).expect(404);
    await bench.testApp.as(bench.admin).post('/notifications/nonsense/read').expect(404);
    await bench.testApp.http.get('/api/v1/notifications').expect(401);
    expect(await toldTo(second)).toMatchObject({ unread_count: 2 });
  });

  it('comes in pages', async () => {
    const api = bench.testApp.as(second);
    const first = await api.get('/notifications?limit=1').expect(200);
    const next = await api.get(`/notifications?limit=1&cursor=${first.body.data.next_cursor}`).expect(200);
    expect(next.body.data).toMatchObject({
      next_cursor: null,
      notifications: [{ kind: 'integration.failed' }],
    });
    await api.get('/notifications?cursor=nonsense').expect(400);
    await api.get('/notifications?unread=yes').expect(400);
  });

  it('stays when the integration is deleted', async () => {
    await bench.testApp.as(bench.admin).delete(`/integrations/${id}`).expect(200);
    const { notifications } = await toldTo(second);
    expect(notifications.map(({ integration_id: about }) => about)).toEqual([null, null]);
  });
});
