import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { NamedValues1700000000012 } from '../src/database/migrations/0012-named-values.js';
import { STATUSES } from '../src/integrations/integration.entity.js';
import { CREDENTIAL_STATES } from '../src/tokens/credential-lifecycle.js';
import { addCredentials } from './support/keys.js';
import { TestApp } from './support/test-app.js';

const CREDENTIAL_TYPES = [
  'api_token',
  'basic_auth',
  'oauth2',
  'client_credentials',
  'github_app',
  'aws_access_key',
  'aws_assume_role',
  'ssh_key',
  'connection_string',
  'jwt',
  'mtls',
];

let testApp: TestApp;

beforeAll(async () => {
  testApp = await TestApp.start();
  await addCredentials(testApp, await testApp.account(), 1);
});

afterAll(() => testApp.close());

const COLUMNS: [table: string, column: string, allowed: readonly string[]][] = [
  ['integration_credentials', 'credential_type', CREDENTIAL_TYPES],
  ['integration_credentials', 'state', CREDENTIAL_STATES],
  ['integrations', 'status', STATUSES],
];

async function holds(): Promise<void> {
  for (const [table, column, allowed] of COLUMNS) {
    for (const value of allowed) await testApp.sql(`UPDATE ${table} SET ${column} = $1`, [value]);
    for (const value of ['another', '', `${allowed[0]} `, allowed[0]!.toUpperCase()]) {
      await expect(testApp.sql(`UPDATE ${table} SET ${column} = $1`, [value])).rejects.toMatchObject({
        code: '23514',
      });
    }
    await expect(testApp.sql(`UPDATE ${table} SET ${column} = NULL`)).rejects.toMatchObject({
      code: '23502',
    });
    // The columns stay of the type that older replicas have prepared their statements for.
    const [type] = await testApp.sql<{ type: string }>(
      'SELECT format_type(atttypid, atttypmod) AS type FROM pg_attribute WHERE attrelid = $1::regclass AND attname = $2',
      [table, column],
    );
    expect(type!.type).toBe('text');
  }
}

describe('what a credential or an integration is called', () => {
  it('is one of the allowed values, in the database too', holds);

  it('is so before the migration and after it', async () => {
    const migration = new NamedValues1700000000012();
    const runner = { query: (text: string) => testApp.sql(text) } as never;

    await migration.down(runner);
    await holds();
    await migration.up(runner);
    await holds();
  });
});
