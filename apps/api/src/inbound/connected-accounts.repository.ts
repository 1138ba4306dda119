import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Database } from '../database/database.js';

/** An account as a provider's deliveries name it. */
export interface AccountKey {
  provider: 'github' | 'slack';
  /** The App at the provider: 'installation' for the one that this installation was given, else what tells it apart. */
  appKey: string;
  /** A GitHub App's installation, a Slack workspace. */
  externalId: string;
}

export interface ConnectedAccount extends AccountKey {
  integrationId: string;
  /** As the provider calls it. */
  name: string;
  details: Record<string, unknown>;
  suspendedAt: Date | null;
  removedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

interface Row {
  integration_id: string;
  provider: AccountKey['provider'];
  app_key: string;
  external_id: string;
  name: string;
  details: Record<string, unknown>;
  suspended_at: Date | null;
  removed_at: Date | null;
  created_at: Date;
  updated_at: Date;
}

const COLUMNS =
  'integration_id, provider, app_key, external_id, name, details, suspended_at, removed_at, created_at, updated_at';

const toAccount = (row: Row): ConnectedAccount => ({
  integrationId: row.integration_id,
  provider: row.provider,
  appKey: row.app_key,
  externalId: row.external_id,
  name: row.name,
  details: row.details,
  suspendedAt: row.suspended_at,
  removedAt: row.removed_at,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

@Injectable()
export class ConnectedAccountsRepository {
  constructor(private readonly database: Database) {}

  async addressees({ provider, appKey, externalId }: AccountKey) {
    const rows = await this.database.asSystem<{ organization_id: string; integration_id: string }>(
      `SELECT organization_id, integration_id FROM connected_accounts
       WHERE provider = $1 AND external_id = $2 AND app_key = $3`,
      [provider, externalId, appKey],
    );
    return rows.map((row) => ({ organizationId: row.organization_id, integrationId: row.integration_id }));
  }

  find(
    organizationId: string,
    { provider, appKey, externalId }: AccountKey,
  ): Promise<ConnectedAccount | null> {
    return this.one(organizationId, 'provider = $2 AND app_key = $3 AND external_id = $4', [
      provider,
      appKey,
      externalId,
    ]);
  }

  of(organizationId: string, integrationId: string): Promise<ConnectedAccount | null> {
    return this.one(organizationId, 'integration_id = $2', [integrationId]);
  }

  async within(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
  ): Promise<ConnectedAccount | null> {
    const [row] = await manager.query<Row[]>(
      `SELECT ${COLUMNS} FROM connected_accounts WHERE organization_id = $1 AND integration_id = $2 FOR UPDATE`,
      [organizationId, integrationId],
    );
    return row ? toAccount(row) : null;
  }

  ofApp(
    organizationId: string,
    provider: AccountKey['provider'],
    appKey: string,
  ): Promise<ConnectedAccount[]> {
    return this.select(organizationId, 'provider = $2 AND app_key = $3', [provider, appKey]);
  }

  async countOfApp(
    manager: EntityManager,
    organizationId: string,
    provider: AccountKey['provider'],
    appKey: string,
  ): Promise<number> {
    const [row] = await manager.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM connected_accounts
       WHERE organization_id = $1 AND provider = $2 AND app_key = $3`,
      [organizationId, provider, appKey],
    );
    return row!.count;
  }

  async save(
    manager: EntityManager,
    organizationId: string,
    account: Omit<ConnectedAccount, 'createdAt' | 'updatedAt'>,
    at: Date,
  ): Promise<void> {
    const { integrationId, provider, appKey, externalId, name, details, suspendedAt, removedAt } = account;
    await manager.query(
      `INSERT INTO connected_accounts (organization_id, integration_id, provider, app_key, external_id, name, details,
         suspended_at, removed_at, created_at, updated_at)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
       ON CONFLICT (organization_id, integration_id) DO UPDATE SET provider = excluded.provider,
         app_key = excluded.app_key, external_id = excluded.external_id, name = excluded.name, details = excluded.details,
         suspended_at = excluded.suspended_at, removed_at = excluded.removed_at, updated_at = excluded.updated_at`,
      [
        organizationId,
        integrationId,
        provider,
        appKey,
        externalId,
        name,
        JSON.stringify(details),
        suspendedAt,
        removedAt,
        at,
      ],
    );
  }

  async update(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    { name, details, suspendedAt, removedAt }: Partial<ConnectedAccount>,
    at: Date,
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      `UPDATE connected_accounts SET
         name = coalesce($3, name), details = coalesce($4::jsonb, details),
         suspended_at = CASE WHEN $5 THEN $6::timestamptz ELSE suspended_at END,
         removed_at = CASE WHEN $7 THEN $8::timestamptz ELSE removed_at END, updated_at = $9
       WHERE organization_id = $1 AND integration_id = $2`,
      [
        organizationId,
        integrationId,
        name ?? null,
        details === undefined ? null : JSON.stringify(details),
        suspendedAt !== undefined,
        suspendedAt ?? null,
        removedAt !== undefined,
        removedAt ?? null,
        at,
      ],
    );
    return count > 0;
  }

  private async one(organizationId: string, condition: string, parameters: unknown[]) {
    return (await this.select(organizationId, condition, parameters))[0] ?? null;
  }

  private select(
    organizationId: string,
    condition: string,
    parameters: unknown[],
  ): Promise<ConnectedAccount[]> {
    return this.database.tenant(organizationId, async (manager) => {
      const rows = await manager.query<Row[]>(
        `SELECT ${COLUMNS} FROM connected_accounts WHERE organization_id = $1 AND ${condition} ORDER BY integration_id`,
        [organizationId, ...parameters],
      );
      return rows.map(toAccount);
    });
  }
}
