import { existsSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { NIL_ORGANIZATION } from '../src/common/actor.js';
import { AuditService } from '../src/audit/audit.service.js';
import { Database } from '../src/database/database.js';
import { Installation } from '../src/vault/installation.js';
import { RootRotationService } from '../src/vault/root-rotation.service.js';
import { RootRotationWorker } from '../src/vault/root-rotation.worker.js';
import { keyContext, VaultService } from '../src/vault/vault.service.js';
import { eventually } from './support/counterpart.js';
import { KmsCounterpart } from './support/kms.js';
import { KeysBench, OPERATOR, type Tenant } from './support/keys-bench.js';
import { TransitCounterpart } from './support/transit.js';

const LEASE_MS = 30_000;
const key = (): string => randomBytes(32).toString('base64');

let bench: KeysBench;

const folder = (): string => join(bench.testApp.dataDirectory, 'keys');
const files = (): string[] => readdirSync(folder()).toSorted();

/** Organisations that hold a key and nothing else. */
async function crowd(count: number): Promise<string[]> {
  const vault = bench.testApp.app.get(VaultService);
  const database = bench.testApp.app.get(Database);
  const ids = Array.from({ length: count }, () => uuidv7());
  await bench.testApp.sql(
    "INSERT INTO organizations (id, name, slug) SELECT id, 'Crowd', 'crowd-' || id FROM unnest($1::uuid[]) AS id",
    [ids],
  );
  await Promise.all(
    ids.map(async (id) => {
      const write = await vault.prepareOrganizationKey(id);
      await database.tenant(id, write);
    }),
  );
  return ids;
}

/** From this many rewrapped keys on, the database refuses to rewrap another. */
const refuseAfter = (count: number) =>
  bench.testApp.sql(`
    CREATE OR REPLACE FUNCTION refuse_rewrap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      IF (SELECT count(*) FROM organization_keys WHERE root_key_fingerprint = NEW.root_key_fingerprint) >= ${count}
      THEN RAISE 'killed'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_rewrap BEFORE UPDATE OF wrapped_key ON organization_keys FOR EACH ROW
      EXECUTE FUNCTION refuse_rewrap()`);
const refuseNoMore = () => bench.testApp.sql('DROP FUNCTION refuse_rewrap() CASCADE');

async function rotate(): Promise<void> {
  await bench.rotation.start(OPERATOR);
  await bench.worker.run();
}

const stateOf = async () => (await bench.rotation.status()).rotation!;

async function opens(tenants: Tenant[], app?: NestFastifyApplication): Promise<void> {
  for (const tenant of tenants) expect(await bench.tryCredential(tenant, app)).toBe(200);
}

describe('from one key file to another', () => {
  let tenants: Tenant[];

  beforeEach(async () => {
    bench = await KeysBench.start({ KEY_STORE: 'file' });
    tenants = [await bench.tenant(), await bench.tenant()];
  });

  afterEach(() => bench.close());

  it('everything is moved, the files change places, and what was sealed opens here and after a restart', async () => {
    const before = bench.fingerprint;
    const text = readFileSync(join(folder(), 'root.key'), 'utf8');
    await rotate();

    const after = bench.fingerprint;
    expect(after).not.toBe(before);
    expect(await bench.named()).toEqual([after]);
    expect(files()).toEqual(['root.key', `root.key.previous-${before}`]);
    for (const file of files()) expect(statSync(join(folder(), file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder(), `root.key.previous-${before}`), 'utf8')).toBe(text);
    await opens(tenants);
    await bench.restart();
    expect(bench.fingerprint).toBe(after);
    await opens([...tenants, await bench.tenant()]);
    expect(await stateOf()).toMatchObject({
      kind: 'root',
      state: 'completed',
      from_key: before,
      to_key: after,
      total: 2,
      done: 2,
      skipped: 0,
    });
  });

  it('everybody stays signed in', async () => {
    await rotate();
    await bench.restart();

    await bench.testApp.as(tenants[0]!.account).get('/integrations').expect(200);
  });

  it('the old key file is deleted when it is retired, and not before', async () => {
    await expect(bench.rotation.retireOld(OPERATOR)).rejects.toMatchObject({ code: 'CONFLICT' });
    const before = bench.fingerprint;
    await bench.rotation.start(OPERATOR);
    await expect(bench.rotation.retireOld(OPERATOR)).rejects.toMatchObject({ code: 'CONFLICT' });
    await bench.worker.run();
    expect(files()).toHaveLength(2);

    expect((await bench.rotation.retireOld(OPERATOR)).retired).toEqual([before]);

    expect(files()).toEqual(['root.key']);
    expect((await stateOf()).retired_at).not.toBeNull();
    await bench.restart();
    await opens(tenants);
  });

  it('the trail tells who did what, and its chain is whole', async () => {
    await bench.rotation.start(OPERATOR);
    await bench.rotation.pause(OPERATOR);
    await bench.rotation.resume(OPERATOR);
    await bench.worker.run();
    await bench.rotation.retireOld(OPERATOR);

    expect(await bench.audited()).toEqual([
      'keys.root_rotation_started',
      'keys.root_rotation_paused',
      'keys.root_rotation_resumed',
      'keys.root_rotation_completed',
      'keys.root_rotation_retired',
    ]);
    expect(await bench.testApp.app.get(AuditService).verify(NIL_ORGANIZATION)).toMatchObject({ valid: true });
  });

  it('it rests while it is paused, and goes on by starting it again', async () => {
    const before = bench.fingerprint;
    await bench.rotation.start(OPERATOR);
    await bench.rotation.pause(OPERATOR);
    await bench.worker.run();
    expect(await bench.named()).toEqual([before]);
    await expect(bench.rotation.pause(OPERATOR)).rejects.toMatchObject({ code: 'CONFLICT' });
    await bench.restart();
    await opens(tenants);

    await rotate();

    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect(bench.fingerprint).not.toBe(before);
  });

  it('it can be done again and again', async () => {
    const seen = new Set([bench.fingerprint]);
    for (let round = 0; round < 3; round += 1) {
      await rotate();
      seen.add(bench.fingerprint);
    }
    expect(seen.size).toBe(4);
    expect(files()).toHaveLength(4);
    expect((await bench.rotation.retireOld(OPERATOR)).retired).toHaveLength(3);
    await bench.restart();
    await opens(tenants);
  });

  it('a process that was killed in the middle leaves what another finishes, and everything opens meanwhile', async () => {
    const ids = await crowd(2200);
    await refuseAfter(1000);
    await bench.rotation.start(OPERATOR);
    await expect(bench.worker.run()).rejects.toThrow('killed');
    expect(await stateOf()).toMatchObject({ state: 'running', total: ids.length + 2, done: 1000 });
    expect(await bench.named()).toHaveLength(2);
    await opens(tenants);
    await refuseNoMore();
    await bench.restart();
    await opens(tenants);
    const late = await bench.tenant();

    // What the killed process held is free after its lease.
    bench.testApp.clock.advance(LEASE_MS);
    await bench.worker.run();

    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect(await stateOf()).toMatchObject({ state: 'completed', done: ids.length + 3, skipped: 0 });
    await bench.restart();
    await opens([...tenants, late]);
  });

  it('a start between the last row and the change of files finds the key where it lies', async () => {
    await rotate();
    const { fingerprint } = bench;
    // As if it had been killed before: the new key is the next one still, and the old one in its place.
    const [previous] = files().filter((name) => name.includes('previous'));
    renameSync(join(folder(), 'root.key'), join(folder(), 'root.key.next'));
    renameSync(join(folder(), previous!), join(folder(), 'root.key'));
    await bench.restart();

    expect(bench.fingerprint).toBe(fingerprint);
    await opens(tenants);
    expect(files()).toEqual(['root.key', previous]);
  });

  it('a worker that starts goes on by itself', async () => {
    const { fingerprint } = bench;
    await bench.rotation.start(OPERATOR);
    const worker = await bench.testApp.launch({ LATCHKEY_ROLE: 'worker' });
    await eventually(async () => (await stateOf()).state === 'completed', 'the worker finishes the rotation');
    await worker.close();

    expect(await bench.named()).not.toContain(fingerprint);
    await opens(tenants);
  });

  it('a key that does not open is told of and skipped, and keeps the old root key from being retired', async () => {
    const victim = tenants[0]!;
    const [row] = await bench.testApp.sql<{ wrapped_key: Buffer }>(
      'SELECT wrapped_key FROM organization_keys WHERE organization_id = $1',
      [victim.account.organizationId],
    );
    await bench.testApp.sql(
      'UPDATE organization_keys SET wrapped_key = set_byte(wrapped_key, 60, get_byte(wrapped_key, 60) # 1) WHERE organization_id = $1',
      [victim.account.organizationId],
    );
    const unreadable = () =>
      bench.testApp.sql('SELECT organization_id, table_name, row_id, key_version FROM unreadable_secrets');
    await rotate();

    expect(await stateOf()).toMatchObject({ state: 'completed', done: 1, skipped: 1 });
    expect(await unreadable()).toEqual([
      {
        organization_id: victim.account.organizationId,
        table_name: 'organization_keys',
        row_id: victim.account.organizationId,
        key_version: 1,
      },
    ]);
    await expect(bench.rotation.retireOld(OPERATOR)).rejects.toMatchObject({ code: 'CONFLICT' });
    await opens([tenants[1]!]);

    await bench.testApp.sql('UPDATE organization_keys SET wrapped_key = $2 WHERE organization_id = $1', [
      victim.account.organizationId,
      row!.wrapped_key,
    ]);
    await rotate();
    expect(await unreadable()).toEqual([]);
    expect(await bench.named()).toEqual([bench.fingerprint]);
    await bench.rotation.retireOld(OPERATOR);
    await bench.restart();
    await opens(tenants);
  });

  it('a key that is written while the root key changes is swept up', async () => {
    const [organization] = await crowd(1);
    const database = bench.testApp.app.get(Database);
    const before = bench.fingerprint;
    const prepared = await bench.ring.prepare(keyContext(organization!, 2), randomBytes(32));
    const { promise: gate, resolve: open } = Promise.withResolvers<void>();
    const { promise: written, resolve: tell } = Promise.withResolvers<string>();
    const writing = database.tenant(organization!, async (manager) => {
      const { wrapped, fingerprint } = await prepared.choose(manager);
      await manager.query(
        `INSERT INTO organization_keys (organization_id, version, wrapped_key, root_key_fingerprint, state)
         VALUES ($1, 2, $2, $3, 'retiring')`,
        [organization, wrapped, fingerprint],
      );
      tell(fingerprint);
      await gate;
    });
    expect(await written).toBe(before);
    const rotating = rotate();
    await eventually(
      async () => (await bench.testApp.sql('SELECT 1 FROM pg_locks WHERE NOT granted')).length > 0,
      'the rotation waits for the transaction',
    );
    open();
    await Promise.all([writing, rotating]);

    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect((await stateOf()).done).toBe(4);
  });

  it('a key that was wrapped before the root key changed is not written afterwards', async () => {
    const [organization] = await crowd(1);
    const database = bench.testApp.app.get(Database);
    const prepare = () => bench.ring.prepare(keyContext(organization!, 2), randomBytes(32));
    const early = await prepare();
    await bench.rotation.start(OPERATOR);
    const during = await prepare();
    await bench.worker.run();

    await expect(database.tenant(organization!, (manager) => early.choose(manager))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
    for (const prepared of [during, await prepare()]) {
      const { fingerprint } = await database.tenant(organization!, (manager) => prepared.choose(manager));
      expect(fingerprint).toBe(bench.fingerprint);
    }
  });

  it('of two processes one does the work, and the other learns of it', async () => {
    const ids = await crowd(1500);
    const other = await bench.testApp.launch();
    await opens(tenants, other);
    await bench.rotation.start(OPERATOR);
    await Promise.all([bench.worker.run(), other.get(RootRotationWorker).run()]);
    expect(await stateOf()).toMatchObject({ state: 'completed', done: ids.length + 2 });

    const { ring } = other.get(Installation);
    await eventually(() => ring.active.fingerprint === bench.fingerprint, 'the other knows the new root key');
    await opens(tenants, other);
    bench.testApp.clock.advance(5 * 60_000);
    await opens(tenants, other);
    const write = await other.get(VaultService).prepareOrganizationKey(ids[0]!, 2);
    await other.get(Database).tenant(ids[0]!, async (manager) => {
      await manager.query("UPDATE organization_keys SET state = 'retiring' WHERE organization_id = $1", [
        ids[0],
      ]);
      await write(manager);
    });
    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect((await other.get(RootRotationService).status()).keys).toContainEqual({
      fingerprint: bench.fingerprint,
      active: true,
      available: true,
      organization_keys: ids.length + 3,
    });
    await other.close();
  });
});

describe('from one store to another', () => {
  let kms: KmsCounterpart;
  let transit: TransitCounterpart;

  beforeAll(async () => {
    kms = await KmsCounterpart.start();
    transit = await TransitCounterpart.start();
    transit.createKey('latchkey');
    transit.createKey('later');
  });

  afterEach(async () => {
    kms.fault = null;
    kms.faults = Infinity;
    kms.denied.clear();
    await bench.close();
  });

  afterAll(async () => {
    await kms.close();
    await transit.close();
  });

  it('the root key goes from its file to KMS, on to Transit and back into a file, and everything opens throughout', async () => {
    const inKms = { KEY_STORE: 'aws-kms', ...kms.settings(kms.createKey()) };
    const inTransit = { KEY_STORE: 'vault-transit', ...transit.settings() };
    const next = (settings: Record<string, string>) => ({ ...settings, KEY_STORE_NEXT: settings.KEY_STORE! });
    bench = await KeysBench.start({ KEY_STORE: 'file' });
    const tenants = [await bench.tenant()];
    const fingerprints = [bench.fingerprint];
    const steps = [
      [{ ...next(inKms), KEY_STORE: 'file' }, inKms],
      [{ ...inKms, ...next(inTransit), KEY_STORE: 'aws-kms' }, inTransit],
      [{ ...inTransit, KEY_STORE_NEXT: 'file' }, { KEY_STORE: 'file' }],
    ] as const;
    for (const [during, after] of steps) {
      await bench.restart(during);
      expect(bench.fingerprint).toBe(fingerprints.at(-1));
      tenants.push(await bench.tenant());
      await rotate();
      fingerprints.push(bench.fingerprint);
      tenants.push(await bench.tenant());
      expect(await bench.named()).toEqual([bench.fingerprint]);
      await opens(tenants);
      // The new key may still be the next one, or already the one of the settings.
      await bench.restart(during);
      await opens(tenants);
      await bench.restart(after);
      expect(bench.fingerprint).toBe(fingerprints.at(-1));
      await opens(tenants);
    }
    expect(new Set(fingerprints).size).toBe(4);
    await bench.rotation.retireOld(OPERATOR);
    expect(files()).toEqual(['root.key']);
    await bench.restart();
    await opens(tenants);
    const [row] = await bench.testApp.sql('SELECT root_key_store FROM installation');
    expect(row).toEqual({ root_key_store: 'file' });
  });

  it.each([
    ['a key of the environment', { ENCRYPTION_MASTER_KEY: key() }, { ENCRYPTION_MASTER_KEY_NEXT: key() }],
    [
      'a passphrase',
      { ENCRYPTION_MASTER_KEY: key() },
      { ENCRYPTION_PASSPHRASE_NEXT: 'correct horse battery staple' },
    ],
    [
      'another passphrase',
      { ENCRYPTION_PASSPHRASE: 'incorrect horse battery staple' },
      { ENCRYPTION_PASSPHRASE_NEXT: 'correct horse battery staple' },
    ],
  ])('it goes to %s', async (_, now, following) => {
    bench = await KeysBench.start({ ...now, ...following } as Record<string, string>);
    const tenant = await bench.tenant();
    await rotate();
    await bench.restart({ ...now, ...following } as Record<string, string>);
    await opens([tenant]);
    const moved = Object.fromEntries(
      Object.entries(following).map(([name, value]) => [name.replace('_NEXT', ''), value]),
    );
    await bench.restart(moved as Record<string, string>);

    await opens([tenant]);
    expect((await bench.rotation.retireOld(OPERATOR)).retired).toEqual([]);
  });

  it('it goes from one key of KMS to another, and from one of Transit to another', async () => {
    const settings = { KEY_STORE: 'aws-kms', ...kms.settings(kms.createKey()) };
    bench = await KeysBench.start({ ...settings, AWS_KMS_KEY_ID_NEXT: kms.createKey() });
    await rotate();
    expect(await bench.named()).toEqual([bench.fingerprint]);
    await bench.close();
    bench = await KeysBench.start({
      KEY_STORE: 'vault-transit',
      ...transit.settings(),
      VAULT_TRANSIT_KEY_NEXT: 'later',
    });
    const tenant = await bench.tenant();
    await rotate();
    await bench.restart({ KEY_STORE: 'vault-transit', ...transit.settings('later') });
    await opens([tenant]);
  });

  it.each([
    ['no next key is named', { ENCRYPTION_MASTER_KEY: key() }, /Set KEY_STORE_NEXT/],
    [
      'the next key is malformed',
      { KEY_STORE: 'file', ENCRYPTION_MASTER_KEY_NEXT: 'short' },
      /does not hold a root key/,
    ],
  ])('it is not begun while %s', async (_, settings, message) => {
    bench = await KeysBench.start(settings as Record<string, string>);

    await expect(bench.rotation.start(OPERATOR)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringMatching(message),
    });
    expect(await bench.testApp.sql('SELECT 1 FROM key_rotations')).toEqual([]);
    expect(await bench.audited()).toEqual([]);
  });

  it('it is not begun to the key that is in use', async () => {
    const same = key();
    bench = await KeysBench.start({ ENCRYPTION_MASTER_KEY: same, ENCRYPTION_MASTER_KEY_NEXT: same });

    await expect(bench.rotation.start(OPERATOR)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('is the one in use already'),
    });
  });

  it('it is not begun while the next store is away, which harms nobody', async () => {
    kms.fault = ['ServiceUnavailableException', 503];
    bench = await KeysBench.start({
      KEY_STORE: 'file',
      KEY_STORE_NEXT: 'aws-kms',
      ...kms.settings('alias/somewhere'),
    });
    const tenant = await bench.tenant();

    await expect(bench.rotation.start(OPERATOR)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect((await bench.rotation.status()).next).toMatchObject({ store: 'aws-kms', fingerprint: null });
    await opens([tenant]);
    expect(await bench.ready()).toMatchObject({ status: 200, keyStore: { status: 'ok' } });
  });

  it('a store that asks for fewer calls gets them later', async () => {
    bench = await KeysBench.start({
      KEY_STORE: 'file',
      KEY_STORE_NEXT: 'aws-kms',
      ...kms.settings(kms.createKey()),
    });
    await crowd(150);
    await bench.rotation.start(OPERATOR);
    kms.fault = ['ThrottlingException', 400];
    kms.faults = 60;
    await bench.worker.run();

    expect(await stateOf()).toMatchObject({ state: 'completed', done: 150 });
    expect(await bench.named()).toEqual([bench.fingerprint]);
  });

  it('a store that goes away in the middle is waited for, and what it wrapped serves on where it is in memory', async () => {
    bench = await KeysBench.start({
      KEY_STORE: 'file',
      KEY_STORE_NEXT: 'aws-kms',
      ...kms.settings(kms.createKey()),
    });
    const tenant = await bench.tenant();
    await crowd(150);
    await refuseAfter(100);
    await bench.rotation.start(OPERATOR);
    await expect(bench.worker.run()).rejects.toThrow('killed');
    await refuseNoMore();
    await opens([tenant]);
    kms.fault = ['ServiceUnavailableException', 503];
    bench.testApp.clock.advance(5 * 60_000);
    await expect(bench.worker.run()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await stateOf()).toMatchObject({ state: 'running', error: expect.stringContaining('KMS fails') });
    await opens([tenant]);
    kms.fault = null;
    bench.testApp.clock.advance(LEASE_MS);
    await bench.worker.run();

    expect(await stateOf()).toMatchObject({ state: 'completed', done: 151, error: null });
    await opens([tenant]);
  });

  it('a store that refuses in the middle leaves it failed, until a person has mended that', async () => {
    bench = await KeysBench.start({
      KEY_STORE: 'file',
      KEY_STORE_NEXT: 'aws-kms',
      ...kms.settings(kms.createKey()),
    });
    const tenant = await bench.tenant();
    await bench.rotation.start(OPERATOR);
    kms.denied.add('Encrypt');
    await expect(bench.worker.run()).rejects.toThrow(/Allow kms:Encrypt/);
    expect(await stateOf()).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('Allow kms:Encrypt'),
    });
    await opens([tenant]);
    kms.denied.clear();
    await bench.worker.run();
    expect((await stateOf()).state).toBe('failed');

    await rotate();

    expect((await stateOf()).state).toBe('completed');
    expect(await bench.audited()).toEqual([
      'keys.root_rotation_started',
      'keys.root_rotation_failed',
      'keys.root_rotation_resumed',
      'keys.root_rotation_completed',
    ]);
    await opens([tenant]);
  });

  it('a process without the key that others rotated to says so plainly', async () => {
    bench = await KeysBench.start({ ENCRYPTION_MASTER_KEY: key(), ENCRYPTION_MASTER_KEY_NEXT: key() });
    const tenant = await bench.tenant();
    const behind = await bench.testApp.launch({ ENCRYPTION_MASTER_KEY_NEXT: '' });
    await rotate();

    expect(await bench.tryCredential(tenant, behind)).toBe(503);
    await behind.close();
    expect(existsSync(folder())).toBe(false);
  });
});
