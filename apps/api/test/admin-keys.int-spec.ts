import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addCredentials, finishRotations, flip } from './support/keys.js';
import { type Account, TestApp } from './support/test-app.js';

let testApp: TestApp;
let root: Account;
let acme: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  root = await testApp.account();
  acme = await testApp.account({ organization_name: 'Acme Corp' });
});

afterAll(() => testApp.close());

const as = () => testApp.as(root);
const keyOf = ({ organizationId }: Account) => ({ kind: 'organization', organization_id: organizationId });

const rotate = async (account: Account): Promise<string> => {
  const { body } = await as().post('/admin/keys/rotate', keyOf(account)).expect(202);
  return body.data.rotation.id;
};

const keys = async (query = '') => (await as().get(`/admin/keys${query}`).expect(200)).body.data.keys;

const inKeys = async ({ organizationId }: Account) =>
  (await keys('?per_page=100')).organizations.find(({ id }: { id: string }) => id === organizationId);

const ROUTES: ['get' | 'post', string, object][] = [
  ['get', '/admin/keys', {}],
  ['get', '/admin/keys/unreadable', {}],
  ['get', `/admin/keys/rotations/${crypto.randomUUID()}`, {}],
  ['post', '/admin/keys/rotate', { kind: 'root' }],
  ['post', `/admin/keys/rotations/${crypto.randomUUID()}/pause`, {}],
  ['post', `/admin/keys/rotations/${crypto.randomUUID()}/resume`, {}],
  ['post', '/admin/keys/retire', { kind: 'root' }],
  ['post', '/admin/keys/verify', {}],
];

describe('who is no super admin', () => {
  it.each(ROUTES)('is refused, an admin of an organisation too: %s %s', async (method, path, body) => {
    const developer = await testApp.member(acme.organizationId, 'developer');
    for (const account of [acme, developer]) {
      const answer = await testApp.as(account)[method](path, body);
      expect([answer.status, answer.body.error.code]).toEqual([403, 'FORBIDDEN']);
    }
  });

  it('may not rotate the key of their own organisation either', async () => {
    await testApp.as(acme).post('/admin/keys/rotate', keyOf(acme)).expect(403);
    expect(await inKeys(acme)).toMatchObject({ active_version: 1, older_versions: [] });
  });
});

describe('a super admin', () => {
  it('sees how the keys stand, and no key', async () => {
    const seen = await keys();

    expect(seen).toMatchObject({
      store: 'file',
      location: expect.stringContaining('root.key'),
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/),
      key_store: { status: 'ok' },
      next_root_key: null,
      organization_keys: [{ version: 1, state: 'active', count: 2 }],
      pagination: { total: 2, page: 1, per_page: 20 },
      with_older_versions: 0,
      unreadable: 0,
      rotations: [],
    });
    expect(seen.root_keys).toEqual([
      { fingerprint: seen.fingerprint, active: true, available: true, organization_keys: 2 },
    ]);
    const wrapped = await testApp.sql<{ wrapped_key: Buffer }>('SELECT wrapped_key FROM organization_keys');
    for (const { wrapped_key: key } of wrapped)
      for (const form of ['hex', 'base64'] as const)
        expect(JSON.stringify(seen)).not.toContain(key.toString(form).slice(0, 24));
  });

  it('rotates a key, sees how far that is, and destroys the old version', async () => {
    await addCredentials(testApp, acme, 1500);
    const id = await rotate(acme);
    const begun = (await as().get(`/admin/keys/rotations/${id}`).expect(200)).body.data.rotation;
    expect(begun).toMatchObject({
      kind: 'organization',
      organization_id: acme.organizationId,
      organization_name: 'Acme Corp',
      from: '1',
      to: '2',
      state: 'running',
      total: 1500,
      done: 0,
      started_by: root.userId,
    });
    expect(await inKeys(acme)).toMatchObject({
      active_version: 2,
      older_versions: [{ version: 1, state: 'retiring', values: 1500 }],
    });

    const again = await as().post('/admin/keys/rotate', keyOf(acme)).expect(409);
    expect(again.body.error).toMatchObject({ code: 'CONFLICT', details: { rotation_id: id } });
    await as().post('/admin/keys/retire', keyOf(acme)).expect(409);
    const { body } = await as().post(`/admin/keys/rotations/${id}/pause`).expect(200);
    expect(body.data.rotation.state).toBe('paused');
    await as().post(`/admin/keys/rotations/${id}/pause`).expect(409);
    await finishRotations(testApp.app);
    expect((await keys()).rotations[0]).toMatchObject({ id, state: 'paused', done: 0 });
    await as().post(`/admin/keys/rotations/${id}/resume`).expect(200);
    await finishRotations(testApp.app);
    expect((await keys()).rotations[0]).toMatchObject({ id, state: 'completed', done: 1500, skipped: 0 });

    const retired = await as().post('/admin/keys/retire', keyOf(acme)).expect(200);
    expect(retired.body.data.retirement).toEqual({ kind: 'organization', retired: ['1'], kept: [] });
    expect(await inKeys(acme)).toMatchObject({ active_version: 2, older_versions: [] });
    await as().post('/admin/keys/retire', keyOf(acme)).expect(409);

    const trail = (await testApp.as(acme).get('/audit-logs').expect(200)).body.data.audit_logs;
    const ours = trail.filter(({ action }: { action: string }) => action.startsWith('keys.'));
    expect(ours.map(({ action, actor_type }: Record<string, string>) => [action, actor_type])).toEqual([
      ['keys.retired', 'user'],
      ['keys.rotation_completed', 'system'],
      ['keys.rotation_resumed', 'user'],
      ['keys.rotation_paused', 'user'],
      ['keys.rotation_started', 'user'],
    ]);
  });

  it('has everything verified, and sees what does not open, with whose it is', async () => {
    const [broken] = await addCredentials(testApp, acme, 2);
    await flip(testApp, broken!);
    const { body } = await as().post('/admin/keys/verify').expect(202);
    await as().post('/admin/keys/verify').expect(409);
    expect(body.data.rotation).toMatchObject({
      kind: 'verification',
      organization_id: null,
      state: 'running',
    });
    await finishRotations(testApp.app);

    const { rotation } = (await as().get(`/admin/keys/rotations/${body.data.rotation.id}`).expect(200)).body
      .data;
    expect(rotation).toMatchObject({
      state: 'completed',
      skipped: 1,
      report: { organizations: 2, unreadable: 1 },
    });
    const { unreadable, pagination } = (await as().get('/admin/keys/unreadable').expect(200)).body.data;
    expect(pagination.total).toBe(1);
    expect(unreadable).toEqual([
      {
        organization_id: acme.organizationId,
        organization_name: 'Acme Corp',
        table: 'integration_credentials',
        row_id: broken,
        name: expect.stringMatching(/^Bulk /),
        integration_id: expect.any(String),
        key_version: 2,
        reason: expect.any(String),
        found_at: expect.any(String),
      },
    ]);
    const none = await as().get(`/admin/keys/unreadable?organization_id=${root.organizationId}`).expect(200);
    expect(none.body.data.unreadable).toEqual([]);
    expect(await inKeys(acme)).toMatchObject({ unreadable: 1 });
    expect((await keys()).unreadable).toBe(1);
  });

  it('pages through the organisations, those with something unreadable or with older versions first', async () => {
    await testApp.account({ organization_name: 'Aardvark' });
    const id = await rotate(root);
    const first = await keys('?per_page=1');
    const second = await keys('?per_page=1&page=2');

    expect(first.organizations).toMatchObject([{ id: acme.organizationId, unreadable: 1 }]);
    expect(second.organizations).toMatchObject([{ id: root.organizationId, unreadable: 0 }]);
    expect(first).toMatchObject({ with_older_versions: 1, pagination: { total: 3 } });
    await finishRotations(testApp.app);
    expect((await as().get(`/admin/keys/rotations/${id}`)).body.data.rotation.state).toBe('completed');
  });

  it.each([
    ['/admin/keys/rotate', {}, 400],
    ['/admin/keys/rotate', { kind: 'everything' }, 400],
    ['/admin/keys/rotate', { kind: 'organization' }, 400],
    ['/admin/keys/rotate', { kind: 'root', organization_id: crypto.randomUUID() }, 400],
    ['/admin/keys/rotate', { kind: 'organization', organization_id: 'acme' }, 400],
    ['/admin/keys/rotate', { kind: 'organization', organization_id: crypto.randomUUID() }, 404],
    ['/admin/keys/rotate', { kind: 'root', force: true }, 400],
    ['/admin/keys/retire', { kind: 'root' }, 409],
    ['/admin/keys/retire', { kind: 'root', version: 1 }, 400],
    ['/admin/keys/retire', { kind: 'organization', organization_id: crypto.randomUUID() }, 404],
    ['/admin/keys/retire', { kind: 'organization', organization_id: crypto.randomUUID(), version: 0 }, 400],
    ['/admin/keys/verify', { organization_id: crypto.randomUUID() }, 404],
    [`/admin/keys/rotations/${crypto.randomUUID()}/pause`, {}, 404],
    ['/admin/keys/rotations/none/resume', {}, 404],
  ])('is told what is wrong with %s %j', async (path, body, status) => {
    const answer = await as().post(path, body);
    expect([answer.status, answer.body.success]).toEqual([status, false]);
    expect(answer.body.error.message.length).toBeGreaterThan(10);
  });
});
