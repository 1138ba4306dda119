import { Injectable } from '@nestjs/common';
import { CatalogueService } from '../catalogue/catalogue.service.js';
import { type Actor, type AnyActor, organizationOf, permits } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { cursorPage, decodeCursor, type Pagination } from '../common/pagination.js';
import { ActivityRepository } from './activity.repository.js';
import type {
  HealthDto,
  HealthQuery,
  IntegrationDto,
  IntegrationLogDto,
  IntegrationLogsQuery,
  ListIntegrationsQuery,
} from './integration.dto.js';
import { type IntegrationRow, toIntegrationDto } from './integration.row.js';
import type { IntegrationFilter } from './integration-queries.js';
import { type IntegrationName, IntegrationsRepository } from './integrations.repository.js';
import { IntegrationListRepository } from './list/integration-list.repository.js';
import { decodeListCursor } from './list/list-cursor.js';

type ListFilter = Pick<ListIntegrationsQuery, 'status' | 'type' | 'category' | 'team' | 'q'>;

const WINDOW_MS = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 };
const SERIES_POINTS = 300;

/** Reading integrations: one, many, their log and their health. */
@Injectable()
export class IntegrationReader {
  constructor(
    private readonly repository: IntegrationsRepository,
    private readonly lists: IntegrationListRepository,
    private readonly activity: ActivityRepository,
    private readonly catalogue: CatalogueService,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError NOT_FOUND, for another organisation's too */
  async require(actor: AnyActor, id: string): Promise<IntegrationRow> {
    const row = await this.repository.find(organizationOf(actor), actor, id);
    if (!row) throw AppError.notFound('integration');
    return row;
  }

  /** Those of the ids that are no integration of the organisation, or none the caller may see. */
  async missing(actor: Actor, ids: string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const visible = new Set((await this.names(actor, ids)).map(({ id }) => id));
    return ids.filter((id) => !visible.has(id.toLowerCase()));
  }

  /** Those of the ids that the caller may see. */
  names(actor: Actor, ids: string[]): Promise<IntegrationName[]> {
    return this.repository.visible(organizationOf(actor), actor, ids);
  }

  /** What the list shows the caller with this filter, at most so many. */
  matching(actor: Actor, query: ListFilter, limit: number): Promise<IntegrationName[]> {
    return this.repository.matching(organizationOf(actor), actor, this.filterOf(query), limit);
  }

  /** Like `require`, for what the scope of each permission must reach. @throws AppError NOT_FOUND, FORBIDDEN */
  async requirePermitted(actor: Actor, permissions: string | string[], id: string): Promise<IntegrationRow> {
    const row = await this.require(actor, id);
    const place = { createdById: row.created_by, teamIds: row.team_ids };
    const permission = [permissions].flat().find((each) => !permits(actor, each, place));
    if (permission === undefined) return row;
    const scope = actor.permissions.get(permission) === 'own' ? 'those you made' : 'those of your teams';
    throw new AppError(
      'FORBIDDEN',
      `Your role includes ${permission} for ${scope} only. Ask an admin of your organisation.`,
      { details: { permission } },
    );
  }

  describe(row: IntegrationRow, actor: AnyActor): IntegrationDto {
    return toIntegrationDto(
      row,
      this.catalogue.find(row.integration_type_id)?.category ?? 'other',
      actor,
      this.clock.now(),
    );
  }

  async get(actor: AnyActor, id: string): Promise<{ integration: IntegrationDto }> {
    return { integration: this.describe(await this.require(actor, id), actor) };
  }

  async list(
    actor: AnyActor,
    query: ListIntegrationsQuery,
  ): Promise<{ integrations: IntegrationDto[]; pagination: Pagination; next_cursor: string | null }> {
    const { page, per_page: perPage, sort = '-created_at', cursor } = query;
    const after = cursor === undefined ? undefined : decodeListCursor(cursor, sort);
    const wanted = { ...this.filterOf(query), sort, page, perPage, after };
    const { rows, total, nextCursor } = await this.lists.list(organizationOf(actor), actor, wanted);
    return {
      integrations: rows.map((row) => this.describe(row, actor)),
      pagination: {
        total: total.count,
        ...(total.isEstimate && { total_is_estimate: true }),
        page,
        per_page: perPage,
      },
      next_cursor: nextCursor,
    };
  }

  async logs(
    actor: AnyActor,
    id: string,
    query: IntegrationLogsQuery,
  ): Promise<{ logs: IntegrationLogDto[]; next_cursor: string | null }> {
    const { organization_id: organizationId } = await this.require(actor, id);
    const found = await this.activity.listLogs(
      organizationId,
      id,
      decodeCursor(query.cursor),
      query.limit + 1,
    );
    const { rows, nextCursor } = cursorPage(
      found.map((log) => ({ ...log, at: log.created_at })),
      query.limit,
    );
    return { logs: rows.map(({ at: _at, ...log }) => log), next_cursor: nextCursor };
  }

  async health(actor: AnyActor, id: string, query: HealthQuery): Promise<{ health: HealthDto }> {
    const row = await this.require(actor, id);
    const window = query.window ?? '24h';
    const until = this.clock.date();
    const since = new Date(until.getTime() - WINDOW_MS[window]);
    const { summary, series, incidents, recoveries } = await this.activity.health(
      row.organization_id,
      id,
      since,
      until,
      SERIES_POINTS,
    );
    return {
      health: {
        status: row.status,
        status_since: row.status_changed_at,
        last_checked_at: row.last_checked_at,
        next_check_at: row.next_check_at,
        consecutive_failures: row.consecutive_failures,
        window,
        uptime_percent:
          summary.checks === 0 ? null : Math.floor((summary.succeeded * 10_000) / summary.checks) / 100,
        average_response_time_ms: summary.average_ms,
        total_checks: summary.checks,
        failed_checks: summary.checks - summary.succeeded,
        checks: series,
        incidents,
        recoveries,
      },
    };
  }

  private filterOf(query: ListFilter): IntegrationFilter {
    return { status: query.status, types: this.typesOf(query), teamId: query.team, q: query.q };
  }

  /** The types that both filters leave. */
  private typesOf({ type, category }: ListFilter): string[] | undefined {
    if (!category) return type ? [type] : undefined;
    const ofCategory = this.catalogue.idsOfCategory(category);
    return type ? ofCategory.filter((id) => id === type) : ofCategory;
  }
}
