import { Injectable } from '@nestjs/common';
import type { AnyActor } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { cursorPage, decodeCursor } from '../../common/pagination.js';
import { CredentialsService } from '../../tokens/credentials.service.js';
import { IntegrationReader } from '../integration-reader.js';
import type { TokenEventDto, TokenHealthDto, TokenHistoryQuery } from './token.dto.js';
import { tokenHealth } from './token-health.js';
import { TokenHistoryRepository } from './token-history.repository.js';

/** How tokens stand and what became of them; nothing of them is opened. */
@Injectable()
export class TokenReader {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly credentials: CredentialsService,
    private readonly events: TokenHistoryRepository,
    private readonly clock: Clock,
  ) {}

  async health(actor: AnyActor, id: string): Promise<{ token_health: TokenHealthDto }> {
    const { organization_id: organizationId, status } = await this.reader.require(actor, id);
    const credential = await this.credentials.find(organizationId, id);
    return { token_health: tokenHealth(credential, status === 'needs_reauth', this.clock.now()) };
  }

  async history(
    actor: AnyActor,
    id: string,
    query: TokenHistoryQuery,
  ): Promise<{ events: TokenEventDto[]; next_cursor: string | null }> {
    const { organization_id: organizationId } = await this.reader.require(actor, id);
    const found = await this.events.list(organizationId, id, decodeCursor(query.cursor), query.limit + 1);
    const { rows, nextCursor } = cursorPage(found, query.limit);
    return { events: rows, next_cursor: nextCursor };
  }
}
