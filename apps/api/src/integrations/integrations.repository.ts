import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { AnyActor } from '../common/actor.js';
import { Database } from '../database/database.js';
import { nameOf } from '../database/prepared-statement.js';
import { run, send } from '../database/unit-of-work.js';
import { selectForUpdate, update } from '../database/entity-statements.js';
import { Integration } from './integration.entity.js';
import { type Conditions, type IntegrationFilter, narrow, view, visibleTo } from './integration-queries.js';
import type { IntegrationRow } from './integration.row.js';

/** A prepared statement may not answer with other columns after a migration added one. */
const NAMED = `(SELECT organization_id, id, integration_type_id, name, description, config, auth_mode, status, error_code,
  error_message, error_hint, status_changed_at, consecutive_failures, response_time_ms, last_sync_at, last_checked_at,
  next_check_at, created_by, created_at, updated_at FROM integrations)`;

export interface IntegrationName {
  id: string;
  name: string;
}

@Injectable()
export class IntegrationsRepository {
  constructor(private readonly database: Database) {}

  async find(organizationId: string, actor: AnyActor, id: string): Promise<IntegrationRow | undefined> {
    const where = visibleTo(actor, organizationId);
    where.parts.push(`i.id = ${where.bind(id)}`);
    const text = `${view(NAMED)} WHERE ${where.sql}`;
    const [rows] = await this.database.tenantAtOnce<IntegrationRow>(organizationId, [
      { name: nameOf(text), text, values: where.parameters },
    ]);
    return rows?.[0];
  }

  /** Those of the ids that are integrations which the caller may see. */
  visible(organizationId: string, actor: AnyActor, ids: string[]): Promise<IntegrationName[]> {
    const where = visibleTo(actor, organizationId);
    where.parts.push(`i.id = ANY(${where.bind(ids)}::uuid[])`);
    return this.names(organizationId, where, ids.length);
  }

  /** Those that a list would show, at most so many. */
  matching(
    organizationId: string,
    actor: AnyActor,
    filter: IntegrationFilter,
    limit: number,
  ): Promise<IntegrationName[]> {
    const where = visibleTo(actor, organizationId);
    narrow(where, filter);
    return this.names(organizationId, where, limit);
  }

  private names(organizationId: string, where: Conditions, limit: number): Promise<IntegrationName[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query(
        `SELECT i.id, i.name FROM integrations i WHERE ${where.sql} LIMIT ${limit}`,
        where.parameters,
      ),
    );
  }

  /** For the watch, which sees every integration. */
  load(organizationId: string, id: string): Promise<Integration | null> {
    return this.database.row(organizationId, Integration, { organizationId, id });
  }

  /** Keeps others from changing the integration until the transaction ends. */
  async lock(manager: EntityManager, organizationId: string, id: string): Promise<Integration | null> {
    const [row] = await run<Integration>(
      manager,
      selectForUpdate(manager, Integration, { organizationId, id }),
    );
    return row ?? null;
  }

  insert(manager: EntityManager, integration: Integration): void {
    send(manager, {
      name: 'insert integration',
      text: `INSERT INTO integrations (organization_id, id, integration_type_id, name, description, config, auth_mode, status,
          error_code, error_message, error_hint, status_changed_at, consecutive_failures, response_time_ms, last_sync_at,
          last_checked_at, next_check_at, check_lease_token, check_lease_until, created_by, created_at, updated_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)`,
      values: [
        integration.organizationId,
        integration.id,
        integration.integrationTypeId,
        integration.name,
        integration.description,
        integration.config,
        integration.authMode,
        integration.status,
        integration.errorCode,
        integration.errorMessage,
        integration.errorHint,
        integration.statusChangedAt,
        integration.consecutiveFailures,
        integration.responseTimeMs,
        integration.lastSyncAt,
        integration.lastCheckedAt,
        integration.nextCheckAt,
        integration.checkLeaseToken,
        integration.checkLeaseUntil,
        integration.createdBy,
        integration.createdAt,
        integration.updatedAt,
      ],
    });
  }

  async update(
    manager: EntityManager,
    organizationId: string,
    id: string,
    changes: Partial<Integration>,
  ): Promise<void> {
    send(manager, update(manager, Integration, { organizationId, id }, changes));
  }

  /** The watch tries the integrations of these credentials next. */
  async makeDue(
    manager: EntityManager,
    organizationId: string,
    credentialIds: string[],
    at: Date,
  ): Promise<void> {
    await manager.query(
      `UPDATE integrations i SET next_check_at = $3
       FROM integration_credentials c
       WHERE i.organization_id = $1 AND i.status <> 'disabled' AND c.organization_id = i.organization_id
         AND c.integration_id = i.id AND c.id = ANY($2::uuid[])`,
      [organizationId, credentialIds, at],
    );
  }

  /** The watch looks next, unless it has just done so or does not look at all. */
  async checkSoon(organizationId: string, id: string, at: Date): Promise<void> {
    await this.database.tenantAtOnce(organizationId, [
      {
        name: 'check soon',
        text: `UPDATE integrations SET next_check_at = $3
          WHERE organization_id = $1 AND id = $2 AND status IN ('pending', 'active', 'error') AND next_check_at > $3
            AND (last_checked_at IS NULL OR last_checked_at < $3::timestamptz - interval '1 minute')`,
        values: [organizationId, id, at],
      },
    ]);
  }

  async existsNamed(organizationId: string, typeId: string, name: string): Promise<boolean> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<unknown[]>(
        'SELECT 1 FROM integrations WHERE organization_id = $1 AND integration_type_id = $2 AND name = $3 LIMIT 1',
        [organizationId, typeId, name],
      ),
    );
    return rows.length > 0;
  }

  /**
   * Lets nobody else who asks make one of this type and name until the transaction ends.
   * @returns false when there is one.
   */
  async claimName(
    manager: EntityManager,
    organizationId: string,
    typeId: string,
    name: string,
  ): Promise<boolean> {
    await manager.query("SELECT pg_advisory_xact_lock(hashtextextended('integration ' || $1, 0))", [
      JSON.stringify([organizationId, typeId, name]),
    ]);
    const rows = await manager.query<unknown[]>(
      'SELECT 1 FROM integrations WHERE organization_id = $1 AND integration_type_id = $2 AND name = $3 LIMIT 1',
      [organizationId, typeId, name],
    );
    return rows.length === 0;
  }

  async delete(manager: EntityManager, organizationId: string, id: string): Promise<void> {
    await manager.delete(Integration, { organizationId, id });
  }

  replaceTerms(manager: EntityManager, organizationId: string, id: string, terms: string[]): void {
    send(manager, {
      name: 'delete terms',
      text: 'DELETE FROM integration_terms WHERE organization_id = $1 AND integration_id = $2',
      values: [organizationId, id],
    });
    this.addTerms(manager, organizationId, id, terms);
  }

  /** With what lists are sorted by, as the integration has it now. */
  addTerms(manager: EntityManager, organizationId: string, id: string, terms: string[]): void {
    send(manager, {
      name: 'insert terms',
      text: `INSERT INTO integration_terms (organization_id, integration_id, term, name, created_at)
        SELECT organization_id, id, unnest($3::text[]), name, created_at FROM integrations
        WHERE organization_id = $1 AND id = $2`,
      values: [organizationId, id, terms],
    });
  }

  replaceTeams(manager: EntityManager, organizationId: string, id: string, teamIds: string[]): void {
    send(manager, {
      name: 'delete teams',
      text: 'DELETE FROM integration_teams WHERE organization_id = $1 AND integration_id = $2',
      values: [organizationId, id],
    });
    this.addTeams(manager, organizationId, id, teamIds);
  }

  addTeams(manager: EntityManager, organizationId: string, id: string, teamIds: string[]): void {
    if (teamIds.length === 0) return;
    send(manager, {
      name: 'insert teams',
      text: `INSERT INTO integration_teams (organization_id, integration_id, team_id)
        SELECT DISTINCT $1::uuid, $2::uuid, unnest($3::uuid[])`,
      values: [organizationId, id, teamIds],
    });
  }
}
