import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RootRotationWorker } from '../src/vault/root-rotation.worker.js';
import { KmsCounterpart } from './support/kms.js';
import { KeysBench, OPERATOR, type Tenant } from './support/keys-bench.js';

const key = (): string => randomBytes(32).toString('base64');

let kms: KmsCounterpart;
let bench: KeysBench;
let tenants: Tenant[];

beforeAll(async () => {
  kms = await KmsCounterpart.start();
});

afterEach(async () => {
  kms.denied.clear();
  await bench.close();
});

afterAll(() => kms.close());

/** A rotation to a key of KMS that fails after the first of two organisations. */
async function failing(masterKey: string): Promise<Record<string, string>> {
  const settings = { ENCRYPTION_MASTER_KEY: masterKey };
  const toKms = { ...settings, KEY_STORE_NEXT: 'aws-kms', ...kms.settings(kms.createKey()) };
  bench = await KeysBench.start(toKms);
  tenants = [await bench.tenant(), await bench.tenant()];
  await bench.rotation.start(OPERATOR);
  kms.denied.add('Encrypt');
  await expect(bench.worker.run()).rejects.toThrow('Allow kms:Encrypt');
  expect((await bench.lastRotation()).state).toBe('failed');
  return settings;
}

describe('a rotation of the root key that cannot go on', () => {
  it('leads to the key that the settings name now, once its own is not wanted any more', async () => {
    const settings = await failing(key());
    const next = key();
    await bench.restart({ ...settings, ENCRYPTION_MASTER_KEY_NEXT: next });

    await bench.rotate();

    expect(await bench.lastRotation()).toMatchObject({
      state: 'completed',
      to_key: bench.fingerprint,
      total: 2,
      done: 2,
      error: null,
    });
    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect((await bench.audited()).slice(-2)).toEqual([
      'keys.root_rotation_resumed',
      'keys.root_rotation_completed',
    ]);
    await bench.rotation.retireOld(OPERATOR);
    await bench.restart({ ENCRYPTION_MASTER_KEY: next });
    expect(await bench.tryAll(tenants)).toEqual([200]);
  });

  it('asks for a next key where the settings name none and its own is not to be had', async () => {
    const settings = await failing(key());
    await bench.restart(settings);

    await expect(bench.rotation.resume(OPERATOR)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('Set KEY_STORE_NEXT'),
    });

    expect((await bench.lastRotation()).state).toBe('failed');
    expect(await bench.tryAll(tenants)).toEqual([200]);
  });

  it('fails in a process that has not the key it leads to, and says so of that key', async () => {
    bench = await KeysBench.start({ ENCRYPTION_MASTER_KEY: key(), ENCRYPTION_MASTER_KEY_NEXT: key() });
    await bench.rotation.start(OPERATOR);
    const behind = await bench.testApp.launch({ ENCRYPTION_MASTER_KEY_NEXT: '' });
    const { to_key: to } = await bench.lastRotation();

    await expect(behind.get(RootRotationWorker).run()).rejects.toThrow(
      `The next root key, with fingerprint ${to}`,
    );
    await behind.close();

    await bench.rotate();
    expect(bench.fingerprint).toBe(to);
  });
});
