import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../common/new-id.js';
import type { CursorPosition } from '../common/pagination.js';
import { Database } from '../database/database.js';
import { send } from '../database/unit-of-work.js';
import type {
  HealthPointDto,
  IncidentDto,
  IntegrationLogDto,
  RecoveryAttemptDto,
} from './integration.dto.js';

export interface LogEntry {
  action: string;
  status: 'success' | 'failure' | 'warning';
  message: string;
  metadata?: Record<string, unknown>;
  durationMs?: number | null;
}

export interface HealthSummary {
  checks: number;
  succeeded: number;
  average_ms: number | null;
}

/** Of a window: the incidents, and what was tried to mend them. */
interface HealthFindings {
  summary: HealthSummary;
  series: HealthPointDto[];
  incidents: IncidentDto[];
  recoveries: RecoveryAttemptDto[];
}

const MOST_INCIDENTS = 50;
const MOST_RECOVERIES = 50;

/** What happened to integrations: the log, the checks and the incidents. */
@Injectable()
export class ActivityRepository {
  constructor(private readonly database: Database) {}

  async log(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    at: Date,
    entry: LogEntry,
  ): Promise<void> {
    send(manager, {
      name: 'log activity',
      text: `INSERT INTO integration_logs (organization_id, id, integration_id, action, status, message, metadata,
          duration_ms, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      values: [
        organizationId,
        newId(),
        integrationId,
        entry.action,
        entry.status,
        entry.message,
        entry.metadata ?? {},
        entry.durationMs ?? null,
        at,
      ],
    });
  }

  async recordCheck(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    check: { at: Date; ok: boolean; responseMs: number | null; errorCode: string | null },
  ): Promise<void> {
    send(manager, {
      name: 'record check',
      text: `INSERT INTO health_checks (organization_id, integration_id, at, ok, response_ms, error_code)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      values: [organizationId, integrationId, check.at, check.ok, check.responseMs, check.errorCode],
    });
  }

  async openIncident(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    incident: { at: Date; errorCode: string; message: string },
  ): Promise<void> {
    await manager.query(
      `INSERT INTO incidents (organization_id, id, integration_id, opened_at, error_code, message)
       VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
      [organizationId, newId(), integrationId, incident.at, incident.errorCode, incident.message],
    );
  }

  /** @returns false when none was open. */
  async resolveIncident(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    at: Date,
  ): Promise<boolean> {
    const [, count] = await manager.query<[unknown[], number]>(
      'UPDATE incidents SET resolved_at = $3 WHERE organization_id = $1 AND integration_id = $2 AND resolved_at IS NULL',
      [organizationId, integrationId, at],
    );
    return count > 0;
  }

  listLogs(
    organizationId: string,
    integrationId: string,
    before: CursorPosition | undefined,
    limit: number,
  ): Promise<IntegrationLogDto[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query(
        `SELECT id, action, status, message, metadata, duration_ms, created_at FROM integration_logs
         WHERE organization_id = $1 AND integration_id = $2
           AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
         ORDER BY created_at DESC, id DESC LIMIT $5`,
        [organizationId, integrationId, before?.at ?? null, before?.id ?? null, limit],
      ),
    );
  }

  /** @param points at most so many; each stands for an equal share of the span and fails when one of its checks did. */
  health(
    organizationId: string,
    integrationId: string,
    since: Date,
    until: Date,
    points: number,
  ): Promise<HealthFindings> {
    const scope = [organizationId, integrationId, since];
    const width = (until.getTime() - since.getTime()) / 1000 / points;
    return this.database.tenant(organizationId, async (manager) => {
      const [summary] = await manager.query<HealthSummary[]>(
        `SELECT count(*)::int AS checks, count(*) FILTER (WHERE ok)::int AS succeeded,
                round(avg(response_ms) FILTER (WHERE ok))::int AS average_ms
         FROM health_checks WHERE organization_id = $1 AND integration_id = $2 AND at >= $3`,
        scope,
      );
      const series = await manager.query<HealthPointDto[]>(
        `SELECT max(at) AS at, bool_and(ok) AS ok, round(avg(response_ms))::int AS response_time_ms,
                (array_agg(error_code ORDER BY at DESC) FILTER (WHERE NOT ok))[1] AS error_code
         FROM health_checks WHERE organization_id = $1 AND integration_id = $2 AND at >= $3
         GROUP BY date_bin(make_interval(secs => $4), at, $3::timestamptz) ORDER BY 1`,
        [...scope, width],
      );
      const incidents = await manager.query<IncidentDto[]>(
        `SELECT id, opened_at, resolved_at, error_code, message FROM incidents
         WHERE organization_id = $1 AND integration_id = $2 AND (resolved_at IS NULL OR resolved_at >= $3)
         ORDER BY opened_at DESC LIMIT ${MOST_INCIDENTS}`,
        scope,
      );
      const recoveries = await manager.query<RecoveryAttemptDto[]>(
        `SELECT created_at AS at, metadata ->> 'recovery' AS action, metadata ->> 'outcome' AS outcome, message
         FROM integration_logs
         WHERE organization_id = $1 AND integration_id = $2 AND created_at >= $3 AND action = 'recovery_attempted'
         ORDER BY created_at DESC LIMIT ${MOST_RECOVERIES}`,
        scope,
      );
      return { summary: summary!, series, incidents, recoveries };
    });
  }

  /** How often this was tried since then, and whether an incident is open. */
  recoveryAttempts(
    organizationId: string,
    integrationId: string,
    recovery: string,
    since: Date,
  ): Promise<{ isBroken: boolean; lastDay: number }> {
    return this.database.tenant(organizationId, async (manager) => {
      const [row] = await manager.query<{ is_broken: boolean; attempts: number }[]>(
        `SELECT EXISTS (SELECT 1 FROM incidents
                        WHERE organization_id = $1 AND integration_id = $2 AND resolved_at IS NULL) AS is_broken,
           (SELECT count(*) FROM integration_logs
            WHERE organization_id = $1 AND integration_id = $2 AND created_at > $4 AND action = 'recovery_attempted'
              AND metadata ->> 'recovery' = $3)::int AS attempts`,
        [organizationId, integrationId, recovery, since],
      );
      return { isBroken: row!.is_broken, lastDay: row!.attempts };
    });
  }

  /** Those of the integrations that are there; they stay while the transaction lasts. */
  async existing(manager: EntityManager, organizationId: string, ids: string[]): Promise<string[]> {
    const rows = await manager.query<{ id: string }[]>(
      'SELECT id FROM integrations WHERE organization_id = $1 AND id = ANY($2::uuid[]) FOR KEY SHARE',
      [organizationId, ids],
    );
    return rows.map(({ id }) => id);
  }
}
