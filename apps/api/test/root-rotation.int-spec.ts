import { readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NIL_ORGANIZATION } from '../src/common/actor.js';
import { AuditService } from '../src/audit/audit.service.js';
import { Database } from '../src/database/database.js';
import { Installation } from '../src/vault/installation.js';
import { RootRotationService } from '../src/vault/root-rotation.service.js';
import { RootRotationWorker } from '../src/vault/root-rotation.worker.js';
import { keyContext, VaultService } from '../src/vault/vault.service.js';
import { eventually } from './support/counterpart.js';
import { KeysBench, OPERATOR, type Tenant } from './support/keys-bench.js';

const LEASE_MS = 30_000;

let bench: KeysBench;

describe('from one key file to another', () => {
  let tenants: Tenant[];

  beforeEach(async () => {
    bench = await KeysBench.start({ KEY_STORE: 'file' });
    tenants = [await bench.tenant(), await bench.tenant()];
  });

  afterEach(() => bench.close());

  it('everything is moved, the files change places, and what was sealed opens here and after a restart', async () => {
    const before = bench.fingerprint;
    const text = readFileSync(join(bench.keyFolder, 'root.key'), 'utf8');
    await bench.rotate();

    const after = bench.fingerprint;
    expect(after).not.toBe(before);
    expect(await bench.named()).toEqual([after]);
    expect(bench.keyFiles).toEqual(['root.key', `root.key.previous-${before}`]);
    for (const file of bench.keyFiles) expect(statSync(join(bench.keyFolder, file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(bench.keyFolder, `root.key.previous-${before}`), 'utf8')).toBe(text);
    expect(await bench.tryAll(tenants)).toEqual([200]);
    await bench.restart();
    expect(bench.fingerprint).toBe(after);
    expect(await bench.tryAll([...tenants, await bench.tenant()])).toEqual([200]);
    expect(await bench.lastRotation()).toMatchObject({
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
    await bench.rotate();
    await bench.restart();

    await bench.testApp.as(tenants[0]!.account).get('/integrations').expect(200);
  });

  it('the old key file is deleted when it is retired, and not before', async () => {
    await expect(bench.rotation.retireOld(OPERATOR)).rejects.toMatchObject({ code: 'CONFLICT' });
    const before = bench.fingerprint;
    await bench.rotation.start(OPERATOR);
    await expect(bench.rotation.retireOld(OPERATOR)).rejects.toMatchObject({ code: 'CONFLICT' });
    await bench.worker.run();
    expect(bench.keyFiles).toHaveLength(2);

    expect((await bench.rotation.retireOld(OPERATOR)).retired).toEqual([before]);

    expect(bench.keyFiles).toEqual(['root.key']);
    expect((await bench.lastRotation()).retired_at).not.toBeNull();
    await bench.restart();
    expect(await bench.tryAll(tenants)).toEqual([200]);
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
    expect(await bench.tryAll(tenants)).toEqual([200]);

    await bench.rotate();

    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect(bench.fingerprint).not.toBe(before);
  });

  it('it can be done again and again', async () => {
    const seen = new Set([bench.fingerprint]);
    for (let round = 0; round < 3; round += 1) {
      await bench.rotate();
      seen.add(bench.fingerprint);
    }
    expect(seen.size).toBe(4);
    expect(bench.keyFiles).toHaveLength(4);
    expect((await bench.rotation.retireOld(OPERATOR)).retired).toHaveLength(3);
    await bench.restart();
    expect(await bench.tryAll(tenants)).toEqual([200]);
  });

  it('a process that was killed in the middle leaves what another finishes, and everything opens meanwhile', async () => {
    const ids = await bench.crowd(2200);
    await bench.refuseAfter(1000);
    await bench.rotation.start(OPERATOR);
    await expect(bench.worker.run()).rejects.toThrow('killed');
    expect(await bench.lastRotation()).toMatchObject({ state: 'running', total: ids.length + 2, done: 1000 });
    expect(await bench.named()).toHaveLength(2);
    expect(await bench.tryAll(tenants)).toEqual([200]);
    await bench.refuseNoMore();
    await bench.restart();
    expect(await bench.tryAll(tenants)).toEqual([200]);
    const late = await bench.tenant();

    // What the killed process held is free after its lease.
    bench.testApp.clock.advance(LEASE_MS);
    await bench.worker.run();

    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect(await bench.lastRotation()).toMatchObject({
      state: 'completed',
      done: ids.length + 3,
      skipped: 0,
    });
    await bench.restart();
    expect(await bench.tryAll([...tenants, late])).toEqual([200]);
  });

  it('a start between the last row and the change of files finds the key where it lies', async () => {
    await bench.rotate();
    const { fingerprint } = bench;
    // As if it had been killed before: the new key is the next one still, and the old one in its place.
    const previous = bench.keyFiles.find((name) => name.includes('previous'));
    renameSync(join(bench.keyFolder, 'root.key'), join(bench.keyFolder, 'root.key.next'));
    renameSync(join(bench.keyFolder, previous!), join(bench.keyFolder, 'root.key'));
    await bench.restart();

    expect(bench.fingerprint).toBe(fingerprint);
    expect(await bench.tryAll(tenants)).toEqual([200]);
    expect(bench.keyFiles).toEqual(['root.key', previous]);
  });

  it('a worker that starts goes on by itself', async () => {
    const { fingerprint } = bench;
    await bench.rotation.start(OPERATOR);
    const worker = await bench.testApp.launch({ LATCHKEY_ROLE: 'worker' });
    await eventually(
      async () => (await bench.lastRotation()).state === 'completed',
      'the worker finishes the rotation',
    );
    await worker.close();

    expect(await bench.named()).not.toContain(fingerprint);
    expect(await bench.tryAll(tenants)).toEqual([200]);
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
    await bench.rotate();

    expect(await bench.lastRotation()).toMatchObject({ state: 'completed', done: 1, skipped: 1 });
    expect(await unreadable()).toEqual([
      {
        organization_id: victim.account.organizationId,
        table_name: 'organization_keys',
        row_id: victim.account.organizationId,
        key_version: 1,
      },
    ]);
    await expect(bench.rotation.retireOld(OPERATOR)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await bench.tryAll([tenants[1]!])).toEqual([200]);

    await bench.testApp.sql('UPDATE organization_keys SET wrapped_key = $2 WHERE organization_id = $1', [
      victim.account.organizationId,
      row!.wrapped_key,
    ]);
    await bench.rotate();
    expect(await unreadable()).toEqual([]);
    expect(await bench.named()).toEqual([bench.fingerprint]);
    await bench.rotation.retireOld(OPERATOR);
    await bench.restart();
    expect(await bench.tryAll(tenants)).toEqual([200]);
  });

  it('a key that is written while the root key changes is swept up', async () => {
    const [organization] = await bench.crowd(1);
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
    const rotating = bench.rotate();
    await eventually(
      async () =>
        (
          await bench.testApp.sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
          )
        ).length > 0,
      'the rotation waits for the transaction',
    );
    open();
    await Promise.all([writing, rotating]);

    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect((await bench.lastRotation()).done).toBe(4);
  });

  it('a key that was wrapped before the root key changed is not written afterwards', async () => {
    const [organization] = await bench.crowd(1);
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
    const ids = await bench.crowd(1500);
    const other = await bench.testApp.launch();
    expect(await bench.tryAll(tenants, other)).toEqual([200]);
    await bench.rotation.start(OPERATOR);
    await Promise.all([bench.worker.run(), other.get(RootRotationWorker).run()]);
    expect(await bench.lastRotation()).toMatchObject({ state: 'completed', done: ids.length + 2 });

    const { ring } = other.get(Installation);
    await eventually(() => ring.active.fingerprint === bench.fingerprint, 'the other knows the new root key');
    expect(await bench.tryAll(tenants, other)).toEqual([200]);
    bench.testApp.clock.advance(5 * 60_000);
    expect(await bench.tryAll(tenants, other)).toEqual([200]);
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
