import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Installation } from '../src/vault/installation.js';
import { LocalRootKey } from '../src/vault/key-stores/root-key.js';
import { boot } from './support/boot.js';
import { Counterpart } from './support/counterpart.js';
import { createIntegration, letIn } from './support/route-calls.js';
import { type Account, TestApp } from './support/test-app.js';

/** EX_CONFIG: trying again without a change is of no use. */
const CONFIGURATION = 78;

const fingerprintOf = (testApp: TestApp): string => testApp.app.get(Installation).rootKey.fingerprint;

const bootOf = (testApp: TestApp, environment: Record<string, string> = {}) =>
  boot({ DATABASE_URL: testApp.urls.owner, LATCHKEY_DATA_DIR: testApp.dataDirectory, ...environment });

async function restart(testApp: TestApp): Promise<void> {
  await testApp.app.close();
  testApp.app = await testApp.launch();
}

describe('with the root key in its file', () => {
  let testApp: TestApp;
  let file: string;
  let key: string;

  beforeAll(async () => {
    testApp = await TestApp.start();
    file = join(testApp.dataDirectory, 'keys', 'root.key');
    key = readFileSync(file, 'utf8');
  });

  afterEach(() => writeFileSync(file, key, { mode: 0o600 }));

  afterAll(() => testApp.close());

  it('the program starts, names the key by its fingerprint and asks to back it up', async () => {
    const { ready, exitCode, output } = await bootOf(testApp);

    expect({ ready, exitCode }).toEqual({ ready: true, exitCode: 0 });
    expect(output).toContain(`${file} (fingerprint ${fingerprintOf(testApp)})`);
    expect(output).toContain('BACK UP THE ROOT KEY');
    expect(output).not.toContain(key.trim());
  });

  it('the program does not start without the file, says which key it wants, and makes none', async () => {
    renameSync(file, `${file}.away`);
    const { ready, exitCode, output } = await bootOf(testApp);

    expect({ ready, exitCode }).toEqual({ ready: false, exitCode: CONFIGURATION });
    expect(output).toContain(`There is no key file at ${file}`);
    expect(output).toContain(fingerprintOf(testApp));
    expect(existsSync(file)).toBe(false);
    renameSync(`${file}.away`, file);
  });

  it('the program does not start with another key, names both by fingerprint and shows neither', async () => {
    const other = randomBytes(32);
    writeFileSync(file, other.toString('base64'));
    const { ready, exitCode, output } = await bootOf(testApp);

    expect({ ready, exitCode }).toEqual({ ready: false, exitCode: CONFIGURATION });
    expect(output).toContain(fingerprintOf(testApp));
    expect(output).toContain(new LocalRootKey(other).fingerprint);
    for (const material of [key.trim(), other.toString('base64'), other.toString('hex')]) {
      expect(output).not.toContain(material);
    }
  });

  it('the program does not start with a key that is cut short', async () => {
    writeFileSync(file, key.slice(0, 20));
    const { exitCode, output } = await bootOf(testApp);

    expect(exitCode).toBe(CONFIGURATION);
    expect(output).toContain('does not hold a root key');
    expect(output).not.toContain(key.slice(0, 20));
  });

  it.each(['key_canary', 'jwt_secret'])('the program does not start when %s was changed', async (column) => {
    const flip = `UPDATE installation SET ${column} = set_byte(${column}, 60, get_byte(${column}, 60) # 1)`;
    await testApp.sql(flip);
    const { ready, exitCode, output } = await bootOf(testApp);
    await testApp.sql(flip);

    expect({ ready, exitCode }).toEqual({ ready: false, exitCode: CONFIGURATION });
    expect(output).toContain('does not open');
    expect(output).not.toContain(key.trim());
  });

  it('the program does not start with a canary of another installation', async () => {
    const other = await TestApp.start();
    const [row] = await other.sql<{ key_canary: Buffer }>('SELECT key_canary FROM installation');
    await other.close();
    const [own] = await testApp.sql<{ key_canary: Buffer }>('SELECT key_canary FROM installation');
    await testApp.sql('UPDATE installation SET key_canary = $1', [row!.key_canary]);
    const { exitCode } = await bootOf(testApp);
    await testApp.sql('UPDATE installation SET key_canary = $1', [own!.key_canary]);

    expect(exitCode).toBe(CONFIGURATION);
    expect((await bootOf(testApp)).ready).toBe(true);
  });
});

describe.each([
  ['ENCRYPTION_MASTER_KEY', randomBytes(32).toString('base64'), randomBytes(32).toString('base64')],
  ['ENCRYPTION_PASSPHRASE', 'correct horse battery staple', 'incorrect horse battery staple'],
])('with the root key in %s', (variable, value, another) => {
  let testApp: TestApp;
  let account: Account;
  let counterpart: Counterpart;

  beforeAll(async () => {
    testApp = await TestApp.start({ environment: { [variable]: value } });
    account = await testApp.account();
    counterpart = await Counterpart.start();
    letIn(counterpart, 'a-secret-of-the-test');
  });

  afterAll(async () => {
    await counterpart.close();
    await testApp.close();
  });

  it('no key file is made, and what was sealed opens after a restart', async () => {
    const secret = 'a-secret-of-the-test';
    const id = await createIntegration({ testApp, admin: account, counterpart, secret, password: '' });
    await restart(testApp);

    const { body } = await testApp.as(account).post(`/integrations/${id}/test`).expect(200);

    expect(body.data.status).toBe('active');
    expect(existsSync(join(testApp.dataDirectory, 'keys'))).toBe(false);
    const { keys } = (await testApp.as(account).get('/admin/keys').expect(200)).body.data;
    expect(keys).toMatchObject({ store: 'env', location: variable, fingerprint: fingerprintOf(testApp) });
    expect(JSON.stringify(keys)).not.toContain(value);
  });

  it('the program starts again with it, and neither with another nor without', async () => {
    expect((await bootOf(testApp, { [variable]: value })).ready).toBe(true);

    const wrong = await bootOf(testApp, { [variable]: another });
    expect(wrong).toMatchObject({ ready: false, exitCode: CONFIGURATION });
    expect(wrong.output).toContain(fingerprintOf(testApp));
    expect(wrong.output).toMatch(new RegExp(`${variable} holds the one with fingerprint [0-9a-f]{16}`));
    const without = await bootOf(testApp, { KEY_STORE: 'env' });
    expect(without).toMatchObject({ ready: false, exitCode: CONFIGURATION });
    for (const { output } of [wrong, without]) {
      expect(output).not.toContain(value);
      expect(output).not.toContain(another);
    }
  });
});
