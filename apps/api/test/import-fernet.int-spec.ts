import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { derivedFernetKey } from '../src/cli/fernet.js';
import { latchkey } from './support/cli.js';
import { Counterpart } from './support/counterpart.js';
import { marked } from './support/marks.js';
import { letIn } from './support/route-calls.js';
import { type Account, TestApp } from './support/test-app.js';
import { round } from './support/watch.js';

const MASTER = 'a master key of seed 000';
const SECRET = marked();

let testApp: TestApp;
let account: Account;
let counterpart: Counterpart;
let folder: string;

beforeAll(async () => {
  testApp = await TestApp.start();
  account = await testApp.account();
  counterpart = await Counterpart.start();
  letIn(counterpart, SECRET);
  folder = mkdtempSync(join(tmpdir(), 'latchkey-import-'));
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await counterpart.close();
  await testApp.close();
});

/** What seed 000's vault stores. */
function fernet(value: unknown, key = derivedFernetKey(MASTER)): string {
  const header = Buffer.alloc(9);
  header.writeUInt8(0x80);
  header.writeBigUInt64BE(1_700_000_000n, 1);
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const signed = Buffer.concat([header, iv, cipher.update(JSON.stringify(value)), cipher.final()]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  return Buffer.concat([signed, mac]).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

const bytea = (token: string): string => `\\x${Buffer.from(token).toString('hex')}`;

const http = (name: string, credentials: object = { token: SECRET }) => ({
  integration_type_id: 'generic_http',
  name,
  description: null,
  config: { base_url: counterpart.url, test_path: '/me' },
  credential_type: 'api_token',
  encrypted_data: fernet({ auth_mode: 'bearer', ...credentials }),
});

async function importRows(rows: object[] | string, ...args: string[]) {
  return importWith(MASTER, rows, ...args);
}

async function importWith(key: string, rows: object[] | string, ...args: string[]) {
  const file = join(folder, 'rows');
  writeFileSync(file, typeof rows === 'string' ? rows : rows.map((row) => JSON.stringify(row)).join('\n'));
  const words = ['import', 'fernet', file, '--organization', account.organizationId, '--json', ...args];
  const answer = await latchkey(testApp, words, { environment: { LATCHKEY_FERNET_KEY: key } });
  for (const text of [answer.out, answer.err])
    for (const secret of [SECRET, JSON.stringify(SECRET), key]) expect(text).not.toContain(secret);
  return { ...answer, report: answer.out ? JSON.parse(answer.out) : undefined };
}

const integrations = async () =>
  (await testApp.as(account).get('/integrations?sort=name&per_page=100').expect(200)).body.data.integrations;

const named = async (name: string) =>
  (await integrations()).find((each: { name: string }) => each.name === name);

describe('latchkey import fernet', () => {
  it('says what it would do, and does nothing, with --dry-run', async () => {
    const { code, report } = await importRows([http('Dry')], '--dry-run');

    expect(code).toBe(0);
    expect(report).toMatchObject({ dry_run: true, summary: { valid: 1 }, rows: [{ outcome: 'valid' }] });
    expect(await integrations()).toEqual([]);
  });

  it('counts a name that stands in the file twice once, with --dry-run too', async () => {
    const { report } = await importRows([http('Twin'), http(' Twin')], '--dry-run');

    expect(report.rows.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['valid', 'skipped']);
    expect(await integrations()).toEqual([]);
  });

  it('takes over integrations, which the watch then tests, and skips them the second time', async () => {
    const rows = [http('First'), http('Second')];
    const first = await importRows(rows);
    expect(first).toMatchObject({ code: 0, report: { summary: { created: 2, skipped: 0, refused: 0 } } });
    expect(await named('First')).toMatchObject({ status: 'pending', created_by: null });

    // The command wrote them by the wall clock.
    testApp.clock.advance(600_000);
    await round(testApp.app);

    expect(await named('First')).toMatchObject({ status: 'active' });
    const again = await importRows(rows);
    expect(again).toMatchObject({ code: 0, report: { summary: { created: 0, skipped: 2 } } });
    const trail = await testApp.sql(
      `SELECT actor_type, metadata->>'component' AS component FROM audit_logs
       WHERE organization_id = $1 AND action = 'integration.created'`,
      [account.organizationId],
    );
    const byUs = { actor_type: 'system', component: 'cli' };
    expect(trail).toEqual([byUs, byUs]);
  });

  it('reads the CSV that psql writes, and bytea in hexadecimal', async () => {
    const { config, encrypted_data: token } = http('From CSV');
    const quoted = JSON.stringify(config).replaceAll('"', '""');
    const csv = `integration_type_id,name,config,encrypted_data\ngeneric_http,From CSV,"${quoted}",${bytea(token)}\n`;

    expect(await importRows(csv)).toMatchObject({ code: 0, report: { summary: { created: 1 } } });
    await round(testApp.app);
    expect(await named('From CSV')).toMatchObject({ status: 'active' });
  });

  it('takes seed 000’s example apart: settings inside the credential are settings', async () => {
    const inside = { server_url: 'https://argocd.example.com', auth_token: SECRET, tls_verify: true };
    const row = { integration_type_id: 'argocd', name: 'Argo', config: null, encrypted_data: fernet(inside) };

    expect(await importRows([row])).toMatchObject({ code: 0, report: { summary: { created: 1 } } });
    expect(await named('Argo')).toMatchObject({
      config: { server_url: 'https://argocd.example.com', tls_verify: true },
      auth_mode: 'api_token',
    });
  });

  it('knows the one secret of a type by the names that others give it', async () => {
    const row = { integration_type_id: 'github', name: 'Hub', encrypted_data: fernet({ token: SECRET }) };

    expect(await importRows([row])).toMatchObject({ code: 0, report: { summary: { created: 1 } } });
    expect(await named('Hub')).toMatchObject({ credential_type: 'api_token' });
  });

  it('goes on past rows that are wrong, and says of each what is', async () => {
    const damaged = http('Damaged');
    const { code, report } = await importRows([
      { ...damaged, encrypted_data: damaged.encrypted_data.replace(/^(.{40})./, '$1_') },
      { ...http('No token'), encrypted_data: 'hello' },
      { ...http('No type'), integration_type_id: 'jira' },
      { ...http('No config'), config: {} },
      { ...http(''), name: '' },
      http('Unknown field', { token: SECRET, colour: SECRET }),
      { ...http('No credential'), encrypted_data: null },
      { ...http('Broken config'), config: '{' },
      http('Good'),
    ]);

    expect(code).toBe(1);
    expect(report.summary).toEqual({ created: 1, valid: 0, skipped: 0, refused: 8 });
    expect(report.rows.map(({ reason }: { reason: string | null }) => reason)).toEqual([
      expect.stringContaining('encrypted_data: was changed, or was sealed under another key'),
      expect.stringContaining('encrypted_data: is not a Fernet token'),
      expect.stringContaining('integration_type_id: '),
      expect.stringContaining('config.base_url: '),
      expect.stringContaining('name: is missing'),
      expect.stringContaining('credentials.colour: '),
      expect.stringContaining('encrypted_data: is missing'),
      expect.stringContaining('config: is no JSON'),
      null,
    ]);
  });

  it('says so when the key is another one, and imports nothing', async () => {
    const before = (await integrations()).length;
    const { code, err, report } = await importWith('another master key', [http('Never')]);

    expect([code, report]).toEqual([1, undefined]);
    expect(err).toContain('LATCHKEY_FERNET_KEY opens none');
    expect(await integrations()).toHaveLength(before);
  });

  it('takes a Fernet key as it is, too', async () => {
    const key = randomBytes(32);
    const text = key.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    const row = { ...http('Raw key'), encrypted_data: fernet({ auth_mode: 'bearer', token: SECRET }, key) };

    expect(await importWith(text, [row])).toMatchObject({ code: 0, report: { summary: { created: 1 } } });
  });

  it('for an organisation that is not there ends with 1, for a file that is not there with 2', async () => {
    const environment = { LATCHKEY_FERNET_KEY: MASTER };
    const nobody = ['import', 'fernet', join(folder, 'rows'), '--organization', 'nobody'];
    writeFileSync(join(folder, 'rows'), JSON.stringify(http('X')));
    expect(await latchkey(testApp, nobody, { environment })).toMatchObject({ code: 1 });
    const nothing = ['import', 'fernet', join(folder, 'nothing'), '--organization', 'nobody'];
    expect(await latchkey(testApp, nothing, { environment })).toMatchObject({
      code: 2,
      err: expect.stringContaining('cannot be read'),
    });
  });

  it('makes each integration once, when the same file is imported twice at the same time', async () => {
    const names = Array.from({ length: 20 }, (_, index) => `At once ${index}`);
    const rows = names.map((name) => http(name));
    const answers = await Promise.all([importRows(rows), importRows(rows)]);

    const summaries = answers.map(
      ({ out }) => JSON.parse(out).summary as { created: number; skipped: number },
    );
    expect(summaries.reduce((sum, { created }) => sum + created, 0)).toBe(20);
    expect(summaries.reduce((sum, { skipped }) => sum + skipped, 0)).toBe(20);
    const made = await testApp.sql<{ name: string }>(
      "SELECT name FROM integrations WHERE organization_id = $1 AND name LIKE 'At once %'",
      [account.organizationId],
    );
    expect(made.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
  });
});
