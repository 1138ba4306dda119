import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service.js';
import { type Actor, organizationOf } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { WithMessage } from '../common/envelope.js';
import { newId } from '../common/new-id.js';
import type { Pagination } from '../common/pagination.js';
import { Database } from '../database/database.js';
import type { ListServiceTokensQuery, ServiceTokenDto } from './service-token.dto.js';
import type { TokenPurpose } from './service-token-input.js';
import { ServiceTokenAuthenticator } from './service-token-authenticator.js';
import { type NewSecret, ServiceTokenSecrets } from './service-token-secrets.js';
import { type ServiceTokenRow, ServiceTokensRepository } from './service-tokens.repository.js';

const DEFAULT_OVERLAP_SECONDS = 3600;

type Shown = WithMessage<{ service_token: ServiceTokenDto; token: string }>;

function statusOf({ revoked_at: revoked, expires_at: expires }: ServiceTokenRow, now: number) {
  if (revoked) return 'revoked';
  return expires && expires.getTime() <= now ? 'expired' : 'active';
}

/** The tokens of an organisation's programs: each is shown when it is made or rotated, and never again. */
@Injectable()
export class ServiceTokensService {
  constructor(
    private readonly repository: ServiceTokensRepository,
    private readonly secrets: ServiceTokenSecrets,
    private readonly database: Database,
    private readonly audit: AuditService,
    private readonly clock: Clock,
    private readonly authenticator: ServiceTokenAuthenticator,
  ) {}

  async list(
    actor: Actor,
    query: ListServiceTokensQuery,
  ): Promise<{ service_tokens: ServiceTokenDto[]; pagination: Pagination }> {
    const { rows, total } = await this.repository.list(organizationOf(actor), {
      status: query.status,
      page: query.page,
      perPage: query.per_page,
      now: this.clock.date(),
    });
    return {
      service_tokens: rows.map((row) => this.describe(row)),
      pagination: { total, page: query.page, per_page: query.per_page },
    };
  }

  /** @throws AppError NOT_FOUND, for another organisation's too */
  async get(actor: Actor, id: string): Promise<{ service_token: ServiceTokenDto }> {
    return { service_token: this.describe(await this.require(organizationOf(actor), id)) };
  }

  /** @param before runs first, in the same transaction; what it throws keeps everything from being written. */
  async create(
    actor: Actor,
    purpose: TokenPurpose,
    before: (manager: EntityManager, id: string) => Promise<void>,
  ): Promise<Shown> {
    const organizationId = organizationOf(actor);
    const id = newId();
    const secret = this.secrets.generate(organizationId);
    await this.database.tenant(organizationId, async (manager) => {
      await before(manager, id);
      await this.repository.insert(manager, {
        ...purpose,
        organization_id: organizationId,
        id,
        hint: secret.hint,
        token_hash: secret.hash,
        created_by: actor.userId,
        created_at: this.clock.date(),
      });
      await this.record(manager, actor, organizationId, id, 'service_token.created', {
        name: purpose.name,
        scopes: purpose.scopes,
        integration_ids: purpose.integration_ids,
        integration_type_ids: purpose.integration_type_ids,
        networks: purpose.allowed_cidrs,
        expires_at: purpose.expires_at?.toISOString() ?? null,
      });
    });
    return this.shown(organizationId, id, secret, 'Copy the token now: it is not shown again.');
  }

  /** A new secret for the same token; the old one works on for the overlap. @throws AppError NOT_FOUND, CONFLICT */
  async rotate(actor: Actor, id: string, overlapSeconds = DEFAULT_OVERLAP_SECONDS): Promise<Shown> {
    const organizationId = organizationOf(actor);
    await this.require(organizationId, id);
    const secret = this.secrets.generate(organizationId);
    await this.database.tenant(organizationId, async (manager) => {
      const now = this.clock.date();
      const previousUntil = new Date(now.getTime() + overlapSeconds * 1000);
      const rotated = await this.repository.rotate(manager, organizationId, id, {
        hash: secret.hash,
        hint: secret.hint,
        now,
        previousUntil,
      });
      if (!rotated)
        throw new AppError('CONFLICT', 'This token was revoked or has ended. Make a new one instead.');
      await this.record(manager, actor, organizationId, id, 'service_token.rotated', {
        overlap_seconds: overlapSeconds,
      });
    });
    this.authenticator.forget(id);
    const until = overlapSeconds > 0 ? ' The old one works until the overlap ends.' : '';
    return this.shown(organizationId, id, secret, `Copy the new token now: it is not shown again.${until}`);
  }

  /** Ends a token; ending one twice is no error. @throws AppError NOT_FOUND */
  async revoke(actor: Actor, id: string): Promise<{ service_token: ServiceTokenDto }> {
    const organizationId = organizationOf(actor);
    await this.require(organizationId, id);
    await this.database.tenant(organizationId, async (manager) => {
      if (await this.repository.revoke(manager, organizationId, id, this.clock.date()))
        await this.record(manager, actor, organizationId, id, 'service_token.revoked', {});
    });
    this.authenticator.forget(id);
    return this.get(actor, id);
  }

  private async require(organizationId: string, id: string): Promise<ServiceTokenRow> {
    const row = await this.repository.find(organizationId, id);
    if (!row) throw AppError.notFound('service token');
    return row;
  }

  private async shown(
    organizationId: string,
    id: string,
    { token }: NewSecret,
    message: string,
  ): Promise<Shown> {
    const service_token = this.describe(await this.require(organizationId, id));
    return new WithMessage({ service_token, token }, message);
  }

  private describe(row: ServiceTokenRow): ServiceTokenDto {
    const now = this.clock.now();
    return {
      id: row.id,
      name: row.name,
      description: row.description,
      hint: row.hint,
      status: statusOf(row, now),
      scopes: row.scopes,
      integration_ids: row.integration_ids,
      integration_type_ids: row.integration_type_ids,
      allowed_cidrs: row.allowed_cidrs,
      expires_at: row.expires_at,
      last_used_at: row.last_used_at,
      last_used_ip: row.last_used_ip,
      rotated_at: row.rotated_at,
      previous_until: row.previous_until && row.previous_until.getTime() > now ? row.previous_until : null,
      created_by:
        row.created_by && row.creator_name ? { id: row.created_by, full_name: row.creator_name } : null,
      created_at: row.created_at,
      revoked_at: row.revoked_at,
    };
  }

  private record(
    manager: EntityManager,
    actor: Actor,
    organizationId: string,
    id: string,
    action: string,
    metadata: Record<string, unknown>,
  ): Promise<void> {
    return this.audit.record(manager, organizationId, {
      actor,
      action,
      resourceType: 'service_token',
      resourceId: id,
      outcome: 'success',
      metadata,
    });
  }
}
