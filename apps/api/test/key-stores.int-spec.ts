import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { boot } from './support/boot.js';
import { latchkey } from './support/cli.js';
import { KmsCounterpart } from './support/kms.js';
import { KeysBench, type Tenant } from './support/keys-bench.js';
import { TransitCounterpart } from './support/transit.js';

/** EX_CONFIG: trying again without a change is of no use. */
const CONFIGURATION = 78;
/** EX_TEMPFAIL: trying again later may help. */
const TRY_AGAIN = 75;
const FRESH_MS = 5 * 60_000;
const GRACE_S = 600;

interface Remote {
  name: string;
  settings: () => Record<string, string>;
  otherKey: () => Record<string, string>;
  missingKey: () => Record<string, string>;
  away: (away: boolean) => void;
  calls: () => number;
  refuse: (refused: boolean) => void;
}

let kms: KmsCounterpart;
let transit: TransitCounterpart;
let arn: string;

beforeAll(async () => {
  kms = await KmsCounterpart.start();
  arn = kms.createKey('latchkey');
  transit = await TransitCounterpart.start();
  transit.createKey('latchkey');
  transit.createKey('another');
});

afterAll(async () => {
  await kms.close();
  await transit.close();
});

const REMOTES: Remote[] = [
  {
    name: 'aws-kms',
    settings: () => ({ KEY_STORE: 'aws-kms', ...kms.settings('alias/latchkey') }),
    otherKey: () => ({ AWS_KMS_KEY_ID: kms.createKey() }),
    missingKey: () => ({ AWS_KMS_KEY_ID: 'alias/missing' }),
    away: (away) => (kms.fault = away ? ['ServiceUnavailableException', 503] : null),
    calls: () => kms.calls.length,
    refuse: (refused) => kms.disable(arn, !refused),
  },
  {
    name: 'vault-transit',
    settings: () => ({ KEY_STORE: 'vault-transit', ...transit.settings() }),
    otherKey: () => ({ VAULT_TRANSIT_KEY: 'another' }),
    missingKey: () => ({ VAULT_TRANSIT_KEY: 'missing' }),
    away: (away) => (transit.sealed = away),
    calls: () => transit.calls.length,
    refuse: (refused) => transit.tokens[refused ? 'delete' : 'add']('hvs.first-token'),
  },
];

describe.each(REMOTES)('with the root key in $name', (remote) => {
  let bench: KeysBench;
  let tenant: Tenant;

  beforeAll(async () => {
    bench = await KeysBench.start({ ...remote.settings(), KEY_CACHE_GRACE: String(GRACE_S) });
    tenant = await bench.tenant();
  });

  afterEach(() => {
    remote.away(false);
    remote.refuse(false);
  });

  afterAll(() => bench.close());

  const bootWith = (environment: Record<string, string>) =>
    boot({
      DATABASE_URL: bench.testApp.urls.owner,
      LATCHKEY_DATA_DIR: bench.testApp.dataDirectory,
      KEY_STORE_BOOT_WAIT: '0',
      ...remote.settings(),
      ...environment,
    });

  it('what was sealed opens after a restart, and no key is on this machine', async () => {
    await bench.restart();

    expect(await bench.tryCredential(tenant)).toBe(200);
    expect(existsSync(join(bench.testApp.dataDirectory, 'keys'))).toBe(false);
    const [row] = await bench.testApp.sql('SELECT root_key_store FROM installation');
    expect(row).toEqual({ root_key_store: remote.name });
  });

  it('the program says where the key is, and nothing that opens the store', async () => {
    const { ready, output } = await bootWith({});

    expect(ready).toBe(true);
    expect(output).toContain(`(fingerprint ${bench.fingerprint})`);
    expect(output).toContain('KEEP THIS KEY');
    for (const name of ['AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'VAULT_TOKEN']) {
      const secret = remote.settings()[name];
      if (secret) expect(output).not.toContain(secret);
    }
  });

  it('the program does not start with another key, and names the one it wants', async () => {
    const { ready, exitCode, output } = await bootWith(remote.otherKey());

    expect({ ready, exitCode }).toEqual({ ready: false, exitCode: CONFIGURATION });
    expect(output).toContain(`sealed under the root key with fingerprint ${bench.fingerprint}`);
  });

  it('the program does not start with a key that is not there', async () => {
    const { ready, exitCode, output } = await bootWith(remote.missingKey());

    expect({ ready, exitCode }).toEqual({ ready: false, exitCode: CONFIGURATION });
    expect(output).toMatch(/is not there|encryption key not found|sealed under the root key/);
  });

  it('the program does not start while the store refuses it', async () => {
    remote.refuse(true);

    expect(await bootWith({})).toMatchObject({ ready: false, exitCode: CONFIGURATION });
  });

  it('the program waits for a store that is away, and then asks to be started again', async () => {
    remote.away(true);
    const { ready, exitCode, output } = await bootWith({ KEY_STORE_BOOT_WAIT: '6' });

    expect({ ready, exitCode }).toEqual({ ready: false, exitCode: TRY_AGAIN });
    expect(output).toContain('Latchkey waits for it.');
    expect(output).toContain('start it again once the store answers');
  });

  it('the program starts as soon as the store is back', async () => {
    remote.away(true);
    const booted = bootWith({ KEY_STORE_BOOT_WAIT: '60' });
    const requests = remote.name === 'aws-kms' ? kms.counterpart.requests : transit.counterpart.requests;
    const before = requests.length;
    while (requests.length === before) await new Promise((resolve) => setImmediate(resolve));
    remote.away(false);

    expect(await booted).toMatchObject({ ready: true, exitCode: 0 });
  });

  it('a store that is away later takes nothing from those whose key is in memory, up to the grace', async () => {
    await bench.restart();
    expect(await bench.tryCredential(tenant)).toBe(200);
    expect(await bench.ready()).toMatchObject({ status: 200, keyStore: { status: 'ok', since: null } });
    bench.testApp.clock.advance(FRESH_MS);
    remote.away(true);

    expect(await bench.tryCredential(tenant)).toBe(200);
    expect(await bench.ready()).toMatchObject({
      status: 200,
      keyStore: { status: 'degraded', since: bench.testApp.clock.date().toISOString() },
    });
    bench.testApp.clock.advance(GRACE_S * 1000 - 1);
    expect(await bench.tryCredential(tenant)).toBe(200);
    bench.testApp.clock.advance(1);

    expect(await bench.tryCredential(tenant)).toBe(503);
    expect(await bench.ready()).toMatchObject({ status: 503, keyStore: { status: 'unavailable' } });
    remote.away(false);
    bench.testApp.clock.advance(10_000);
    expect(await bench.tryCredential(tenant)).toBe(200);
    expect(await bench.ready()).toMatchObject({ status: 200, keyStore: { status: 'ok', since: null } });
  });

  it('without a key in memory the process is not ready while the store is away', async () => {
    await bench.restart();
    remote.away(true);

    expect(await bench.ready()).toMatchObject({ status: 503, keyStore: { status: 'unavailable' } });
    expect(await bench.tryCredential(tenant)).toBe(503);
    const { status } = await bench.testApp.http.get('/health/live');
    expect(status).toBe(200);
  });

  it('a store that refuses ends the use of keys in memory as soon as they are not fresh', async () => {
    await bench.restart();
    await bench.tryCredential(tenant);
    remote.refuse(true);
    expect(await bench.tryCredential(tenant)).toBe(200);
    bench.testApp.clock.advance(FRESH_MS);

    expect(await bench.tryCredential(tenant)).toBe(503);
    expect(await bench.ready()).toMatchObject({ status: 503, keyStore: { status: 'unavailable' } });
  });

  it('while a store refuses, nothing new can be made under it, which is said in plain words', async () => {
    await bench.restart();
    remote.refuse(true);
    const { body, status } = await bench.testApp.http.post('/api/v1/auth/register').send({
      email: `refused-${remote.name}@example.com`,
      password: 'winter tram pencil 42',
      full_name: 'Refused',
      organization_name: 'Refused',
    });

    expect(status).toBe(503);
    expect(body.error).toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The root key cannot be used. Tell whoever runs Latchkey.',
    });
  });

  it('the command says why it cannot start, and that it waits', async () => {
    remote.away(true);
    const { code, out, err } = await latchkey(bench.testApp, ['keys', 'status'], {
      environment: { ...remote.settings(), KEY_STORE_BOOT_WAIT: '1' },
    });

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/(AWS KMS|Vault Transit) key .*Latchkey waits for it/);
    expect(err).toMatch(/The key store cannot be reached\. (AWS KMS|Vault Transit) key/);
  });

  it('probes ask the store once in ten seconds, however many there are', async () => {
    await bench.restart();
    const before = remote.calls();
    await Promise.all(Array.from({ length: 40 }, () => bench.ready()));
    for (let index = 0; index < 10; index += 1) await bench.ready();
    expect(remote.calls()).toBe(before + 1);
    bench.testApp.clock.advance(10_000);
    await bench.ready();

    expect(remote.calls()).toBe(before + 2);
  });

  it('a wrapped key that was changed does not open, and harms nobody else', async () => {
    const victim = await bench.tenant();
    await bench.testApp.sql(
      `UPDATE organization_keys SET wrapped_key = set_byte(wrapped_key, length(wrapped_key) - 9,
         get_byte(wrapped_key, length(wrapped_key) - 9) # 1) WHERE organization_id = $1`,
      [victim.account.organizationId],
    );
    await bench.restart();

    expect(await bench.tryCredential(victim)).toBe(422);
    expect(await bench.tryCredential(tenant)).toBe(200);
  });

  it('a wrapped key of another organisation does not open', async () => {
    const [one, two] = [await bench.tenant(), await bench.tenant()];
    await bench.testApp.sql(
      `UPDATE organization_keys k SET wrapped_key = o.wrapped_key FROM organization_keys o
       WHERE (k.organization_id = $1 AND o.organization_id = $2) OR (k.organization_id = $2 AND o.organization_id = $1)`,
      [one.account.organizationId, two.account.organizationId],
    );
    await bench.restart();

    expect(await bench.tryCredential(one)).toBe(422);
    expect(await bench.tryCredential(two)).toBe(422);
  });
});

it('a Transit key that is reached by another address is the same key', async () => {
  const bench = await KeysBench.start({ KEY_STORE: 'vault-transit', ...transit.settings() });
  const tenant = await bench.tenant();
  const { fingerprint } = bench;
  const address = transit.counterpart.url.replace('127.0.0.1', 'localhost');
  await bench.restart({ KEY_STORE: 'vault-transit', ...transit.settings(), VAULT_ADDR: address });

  expect(bench.fingerprint).toBe(fingerprint);
  expect(await bench.tryCredential(tenant)).toBe(200);
  await bench.tenant();
  expect(await bench.named()).toEqual([fingerprint]);
  await bench.close();
});
