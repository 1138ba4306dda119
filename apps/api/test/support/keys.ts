import type { INestApplicationContext } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { KeyRotations } from '../../src/vault/key-rotations.service.js';
import { OrganizationRotationService } from '../../src/vault/organization-rotation.service.js';
import { RotationRunner } from '../../src/vault/rotation-runner.js';
import { VaultService } from '../../src/vault/vault.service.js';
import type { Account, TestApp } from './test-app.js';

export const SYSTEM = { kind: 'system', component: 'test' } as const;

const secretOf = (integrationId: string): string => `secret of ${integrationId}`;

const contextOf = (organizationId: string, rowId: string) => ({
  organizationId,
  table: 'integration_credentials',
  rowId,
  purpose: 'api_token',
});

/** Integrations of the account's organisation with a credential each, written at once. @returns the credentials' ids */
export async function addCredentials(testApp: TestApp, account: Account, count: number): Promise<string[]> {
  const vault = testApp.app.get(VaultService, { strict: false });
  const rows = [];
  for (let index = 0; index < count; index += 1) {
    const [id, integrationId] = [uuidv7(), uuidv7()];
    const plaintext = Buffer.from(JSON.stringify({ token: secretOf(integrationId) }));
    const { sealed, keyVersion } = await vault.seal(contextOf(account.organizationId, id), plaintext);
    rows.push({ id, integrationId, sealed, keyVersion });
  }
  await testApp.sql(
    `INSERT INTO integrations (organization_id, id, integration_type_id, name, config, auth_mode, status)
     SELECT $1, id, 'generic_http', 'Bulk ' || id, '{"base_url": "https://api.example.com"}', 'bearer', 'active'
     FROM unnest($2::uuid[]) id`,
    [account.organizationId, rows.map(({ integrationId }) => integrationId)],
  );
  await testApp.sql(
    `INSERT INTO integration_credentials (organization_id, id, integration_id, credential_type, sealed, key_version, field_names)
     SELECT $1, id, integration_id, 'api_token', sealed, key_version, '{token}'
     FROM unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::int[]) AS made (id, integration_id, sealed, key_version)`,
    [
      account.organizationId,
      rows.map(({ id }) => id),
      rows.map(({ integrationId }) => integrationId),
      rows.map(({ sealed }) => sealed),
      rows.map(({ keyVersion }) => keyVersion),
    ],
  );
  return rows.map(({ id }) => id);
}

interface StoredCredential {
  id: string;
  integration_id: string;
  key_version: number;
  sealed: Buffer;
}

export const credentialsOf = (testApp: TestApp, { organizationId }: Account): Promise<StoredCredential[]> =>
  testApp.sql(
    'SELECT id, integration_id, key_version, sealed FROM integration_credentials WHERE organization_id = $1 ORDER BY id',
    [organizationId],
  );

/** How many are of each version, and how many of them open to what was sealed at first. */
export async function readAll(testApp: TestApp, account: Account) {
  const vault = testApp.app.get(VaultService, { strict: false });
  const versions: Record<number, number> = {};
  let right = 0;
  for (const row of await credentialsOf(testApp, account)) {
    versions[row.key_version] = (versions[row.key_version] ?? 0) + 1;
    const plaintext = await vault
      .open(contextOf(account.organizationId, row.id), row.sealed)
      .catch(() => Buffer.alloc(0));
    if (plaintext.includes(secretOf(row.integration_id))) right += 1;
  }
  return { versions, right };
}

export const flip = (testApp: TestApp, credentialId: string, offset = 60) =>
  testApp.sql(
    `UPDATE integration_credentials SET sealed = set_byte(sealed, ${offset}, get_byte(sealed, ${offset}) # 1) WHERE id = $1`,
    [credentialId],
  );

export const rotationsOf = (app: INestApplicationContext) => app.get(KeyRotations, { strict: false });
export const runnerOf = (app: INestApplicationContext) => app.get(RotationRunner, { strict: false });

export const startRotation = (app: INestApplicationContext, { organizationId }: Account) =>
  app.get(OrganizationRotationService, { strict: false }).start(SYSTEM, organizationId);

/** Carries out everything that waits. */
export async function finishRotations(app: INestApplicationContext): Promise<void> {
  for (const { organization_id: organizationId, id } of await rotationsOf(app).waiting(100))
    await runnerOf(app).work(organizationId, id);
}
