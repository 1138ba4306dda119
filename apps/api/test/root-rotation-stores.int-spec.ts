import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { KmsCounterpart } from './support/kms.js';
import { KeysBench, OPERATOR } from './support/keys-bench.js';
import { TransitCounterpart } from './support/transit.js';

const LEASE_MS = 30_000;
const key = (): string => randomBytes(32).toString('base64');

let bench: KeysBench;

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
    kms.lie = null;
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
      await bench.rotate();
      fingerprints.push(bench.fingerprint);
      tenants.push(await bench.tenant());
      expect(await bench.named()).toEqual([bench.fingerprint]);
      expect(await bench.tryAll(tenants)).toEqual([200]);
      // The new key may still be the next one, or already the one of the settings.
      await bench.restart(during);
      expect(await bench.tryAll(tenants)).toEqual([200]);
      await bench.restart(after);
      expect(bench.fingerprint).toBe(fingerprints.at(-1));
      expect(await bench.tryAll(tenants)).toEqual([200]);
    }
    expect(new Set(fingerprints).size).toBe(4);
    await bench.rotation.retireOld(OPERATOR);
    expect(bench.keyFiles).toEqual(['root.key']);
    await bench.restart();
    expect(await bench.tryAll(tenants)).toEqual([200]);
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
    await bench.rotate();
    await bench.restart({ ...now, ...following } as Record<string, string>);
    expect(await bench.tryAll([tenant])).toEqual([200]);
    const moved = Object.fromEntries(
      Object.entries(following).map(([name, value]) => [name.replace('_NEXT', ''), value]),
    );
    await bench.restart(moved as Record<string, string>);

    expect(await bench.tryAll([tenant])).toEqual([200]);
    expect((await bench.rotation.retireOld(OPERATOR)).retired).toEqual([]);
  });

  it('it goes from one key of KMS to another, and from one of Transit to another', async () => {
    const settings = { KEY_STORE: 'aws-kms', ...kms.settings(kms.createKey()) };
    bench = await KeysBench.start({ ...settings, AWS_KMS_KEY_ID_NEXT: kms.createKey() });
    await bench.rotate();
    expect(await bench.named()).toEqual([bench.fingerprint]);
    await bench.close();
    bench = await KeysBench.start({
      KEY_STORE: 'vault-transit',
      ...transit.settings(),
      VAULT_TRANSIT_KEY_NEXT: 'later',
    });
    const tenant = await bench.tenant();
    await bench.rotate();
    await bench.restart({ KEY_STORE: 'vault-transit', ...transit.settings('later') });
    expect(await bench.tryAll([tenant])).toEqual([200]);
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
    expect(await bench.tryAll([tenant])).toEqual([200]);
    expect(await bench.ready()).toMatchObject({ status: 200, keyStore: { status: 'ok' } });
  });

  it('nothing takes the place of a wrapped key before it was opened again', async () => {
    const during = {
      ...kms.settings(kms.createKey()),
      KEY_STORE: 'file',
      KEY_STORE_NEXT: 'aws-kms',
    };
    bench = await KeysBench.start(during);
    const tenants = [await bench.tenant(), await bench.tenant()];
    const before = bench.fingerprint;
    await bench.rotation.start(OPERATOR);
    // A proxy in between mixes answers up: everybody gets the first one.
    let first: string | undefined;
    kms.lie = (operation, answer) =>
      operation === 'Encrypt' ? { ...answer, CiphertextBlob: (first ??= answer.CiphertextBlob) } : answer;
    await expect(bench.worker.run()).rejects.toThrow('does not open what it wraps');

    expect(await bench.lastRotation()).toMatchObject({ state: 'failed', done: 0, skipped: 0 });
    expect(await bench.named()).toEqual([before]);
    kms.lie = null;
    await bench.rotate();
    await bench.restart();
    expect(await bench.tryAll(tenants)).toEqual([200]);
  });

  it('a store that asks for fewer calls gets them later', async () => {
    bench = await KeysBench.start({
      KEY_STORE: 'file',
      KEY_STORE_NEXT: 'aws-kms',
      ...kms.settings(kms.createKey()),
    });
    await bench.crowd(150);
    await bench.rotation.start(OPERATOR);
    kms.fault = ['ThrottlingException', 400];
    kms.faults = 60;
    await bench.worker.run();

    expect(await bench.lastRotation()).toMatchObject({ state: 'completed', done: 150 });
    expect(await bench.named()).toEqual([bench.fingerprint]);
  });

  it('a store that goes away in the middle is waited for, and what it wrapped serves on where it is in memory', async () => {
    bench = await KeysBench.start({
      KEY_STORE: 'file',
      KEY_STORE_NEXT: 'aws-kms',
      ...kms.settings(kms.createKey()),
    });
    const tenant = await bench.tenant();
    await bench.crowd(150);
    await bench.refuseAfter(100);
    await bench.rotation.start(OPERATOR);
    await expect(bench.worker.run()).rejects.toThrow('killed');
    await bench.refuseNoMore();
    expect(await bench.tryAll([tenant])).toEqual([200]);
    kms.fault = ['ServiceUnavailableException', 503];
    bench.testApp.clock.advance(5 * 60_000);
    await expect(bench.worker.run()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await bench.lastRotation()).toMatchObject({
      state: 'running',
      error: expect.stringContaining('KMS fails'),
    });
    expect(await bench.tryAll([tenant])).toEqual([200]);
    kms.fault = null;
    bench.testApp.clock.advance(LEASE_MS);
    await bench.worker.run();

    expect(await bench.lastRotation()).toMatchObject({ state: 'completed', done: 151, error: null });
    expect(await bench.tryAll([tenant])).toEqual([200]);
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
    expect(await bench.lastRotation()).toMatchObject({
      state: 'failed',
      error: expect.stringContaining('Allow kms:Encrypt'),
    });
    expect(await bench.tryAll([tenant])).toEqual([200]);
    kms.denied.clear();
    await bench.worker.run();
    expect((await bench.lastRotation()).state).toBe('failed');

    await bench.rotate();

    expect((await bench.lastRotation()).state).toBe('completed');
    expect(await bench.audited()).toEqual([
      'keys.root_rotation_started',
      'keys.root_rotation_failed',
      'keys.root_rotation_resumed',
      'keys.root_rotation_completed',
    ]);
    expect(await bench.tryAll([tenant])).toEqual([200]);
  });

  it('a process without the key that others rotated to says so plainly', async () => {
    bench = await KeysBench.start({ ENCRYPTION_MASTER_KEY: key(), ENCRYPTION_MASTER_KEY_NEXT: key() });
    const tenant = await bench.tenant();
    const behind = await bench.testApp.launch({ ENCRYPTION_MASTER_KEY_NEXT: '' });
    await bench.rotate();

    expect(await bench.tryCredential(tenant, behind)).toBe(503);
    await behind.close();
    expect(existsSync(bench.keyFolder)).toBe(false);
  });
});
