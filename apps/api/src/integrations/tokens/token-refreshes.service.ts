import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { WithMessage } from '../../common/envelope.js';
import { DerivedTokens } from './derived-tokens.js';
import { IntegrationChanges } from '../integration-changes.js';
import { IntegrationReader } from '../integration-reader.js';
import type { IntegrationRow } from '../integration.row.js';
import { IntegrationTokens } from './integration-tokens.js';
import type { TokenHealthDto } from './token.dto.js';
import { isDerived } from './token-health.js';
import { TokenReader } from './token-reader.js';

/** The whole of it, for who waits. */
const LIMIT_MS = 40_000;

/** Refreshes that people ask for. */
@Injectable()
export class TokenRefreshes {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly tokens: IntegrationTokens,
    private readonly derived: DerivedTokens,
    private readonly health: TokenReader,
    private readonly transactions: IntegrationChanges,
  ) {}

  /**
   * @throws AppError NOT_FOUND, FORBIDDEN, CONFLICT where nothing can be refreshed, REAUTHORIZATION_REQUIRED where only a
   *   consent helps, UPSTREAM_ERROR, UPSTREAM_TIMEOUT, EGRESS_BLOCKED, RATE_LIMITED by the provider
   */
  async refresh(actor: Actor, id: string): Promise<WithMessage<{ token_health: TokenHealthDto }>> {
    const row = await this.reader.requirePermitted(actor, 'credentials:update', id);
    const message = await this.renewed(actor, row);
    await this.record(actor, row, 'success');
    return new WithMessage(await this.health.health(actor, id), message);
  }

  private async renewed(actor: Actor, row: IntegrationRow): Promise<string> {
    try {
      return await this.renew(row);
    } catch (error) {
      if (error instanceof AppError) await this.record(actor, row, 'failure', error.code);
      throw error;
    }
  }

  private async renew(row: IntegrationRow): Promise<string> {
    if (row.status === 'disabled')
      throw new AppError('CONFLICT', 'This integration is disabled. Enable it, then refresh its token.');
    const signal = AbortSignal.timeout(LIMIT_MS);
    if (row.credential_type === 'oauth2') {
      await this.tokens.refresh(row.organization_id, row.id, 'person', { signal });
      return 'The token was refreshed.';
    }
    if (!row.credential_type || !isDerived(row.credential_type))
      throw new AppError(
        'CONFLICT',
        'This credential does not expire by itself and cannot be refreshed. To have another, replace it in the settings.',
      );
    await this.derived.renew(row, signal);
    return 'The stored credential is unchanged; a new token was made from it, and is used from now on.';
  }

  private record(
    actor: Actor,
    row: IntegrationRow,
    outcome: 'success' | 'failure',
    code?: string,
  ): Promise<void> {
    const audit = {
      action: 'integration.token_refreshed',
      outcome,
      metadata: { credential_type: row.credential_type, ...(code ? { code } : {}) },
    };
    return this.transactions.change(actor, row.organization_id, row.id, audit, async () => undefined);
  }
}
