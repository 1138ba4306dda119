import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { type Actor, organizationOf } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { newId } from '../../common/new-id.js';
import { Database } from '../../database/database.js';
import { IdentityService } from '../../identity/identity.service.js';
import { type IdempotentRequest, IdempotentRequests } from '../idempotent-requests.js';
import type { IntegrationName } from '../integrations.repository.js';
import { IntegrationReader } from '../integration-reader.js';
import { BulkWriter } from './bulk-writer.js';
import { MOST_INTEGRATIONS, type StartBulkDto } from './bulk.dto.js';

const ROUTE = 'POST /integrations/bulk';

/** Another request with the same Idempotency-Key came first. */
class AlreadyStarted extends Error {}

/** Writes down what is to be done, with which integrations, and wakes somebody to do it. */
@Injectable()
export class BulkStart {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly identity: IdentityService,
    private readonly idempotency: IdempotentRequests,
    private readonly database: Database,
    private readonly writer: BulkWriter,
  ) {}

  async start(
    actor: Actor,
    dto: StartBulkDto,
    idempotencyKey: string | undefined,
  ): Promise<{ id: string; isNew: boolean }> {
    const organizationId = organizationOf(actor);
    refuseContradictions(dto);
    const request = this.idempotency.identify(ROUTE, idempotencyKey, dto);
    const earlier = request && (await this.idempotency.find(organizationId, request));
    if (earlier) return { id: earlier, isNew: false };
    const chosen = await this.choose(actor, dto);
    refuseUnconfirmed(dto, chosen.length);
    const id = newId();
    try {
      await this.database.tenant(organizationId, async (manager) => {
        await this.claim(manager, organizationId, request, id);
        await this.identity.requireTeams(manager, organizationId, dto.team_ids ?? []);
        await this.writer.write(manager, actor, id, dto, chosen);
      });
    } catch (error) {
      if (!(error instanceof AlreadyStarted) || !request) throw error;
      return { id: (await this.idempotency.find(organizationId, request)) ?? id, isNew: false };
    }
    return { id, isNew: true };
  }

  private async claim(
    manager: EntityManager,
    organizationId: string,
    request: IdempotentRequest | undefined,
    id: string,
  ): Promise<void> {
    if (request && !(await this.idempotency.claim(manager, organizationId, request, id)))
      throw new AlreadyStarted();
  }

  /** What the caller sees, and nothing else: an id that is not there is the same as another's. */
  private async choose(actor: Actor, { ids, filter }: StartBulkDto): Promise<IntegrationName[]> {
    if (ids) {
      const wanted = new Set(ids.map((id) => id.toLowerCase()));
      const found = await this.reader.names(actor, [...wanted]);
      if (found.length === wanted.size) return found;
      const missing = wanted.size - found.length;
      throw new AppError(
        'NOT_FOUND',
        `${missing} of the integrations ${missing === 1 ? 'is' : 'are'} not there, or not yours to see. Load the ` +
          'list again and choose anew.',
      );
    }
    const found = await this.reader.matching(actor, filter ?? {}, MOST_INTEGRATIONS + 1);
    if (found.length > MOST_INTEGRATIONS) {
      throw AppError.invalid({
        filter: [`leaves more than ${MOST_INTEGRATIONS} integrations; narrow it, or do it in parts`],
      });
    }
    if (found.length === 0) throw AppError.invalid({ filter: ['leaves no integration'] });
    return found;
  }
}

function refuseContradictions({ ids, filter, action, team_ids: teamIds, confirm }: StartBulkDto): void {
  const errors: Record<string, string[]> = {
    ...((ids === undefined) === (filter === undefined) ? { ids: ['give either ids or a filter'] } : {}),
    ...(ids?.length === 0 ? { ids: ['must have at least 1 entry'] } : {}),
    ...(action === 'set_teams' && teamIds === undefined
      ? { team_ids: ['is required; an empty list lets everybody see them'] }
      : {}),
    ...(action !== 'set_teams' && teamIds !== undefined ? { team_ids: ['is for set_teams only'] } : {}),
    ...(action !== 'delete' && confirm !== undefined ? { confirm: ['is for delete only'] } : {}),
  };
  if (Object.keys(errors).length > 0) throw AppError.invalid(errors);
}

function refuseUnconfirmed({ action, confirm }: StartBulkDto, count: number): void {
  if (action !== 'delete' || confirm === count) return;
  throw AppError.invalid({ confirm: [`must be the number of integrations that will be deleted, ${count}`] });
}
