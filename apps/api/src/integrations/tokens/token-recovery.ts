import { Injectable, type OnModuleInit } from '@nestjs/common';
import { AppError } from '../../common/app-error.js';
import { IntegrationTokens } from './integration-tokens.js';
import { type FailedCheck, Recoveries, type Recovery, type RecoveryOutcome } from '../checks/recoveries.js';
import { TokenHistoryRepository } from './token-history.repository.js';

/** With the two checks around it, shorter than the lease of a check. */
const LIMIT_MS = 25_000;

/** After a refusal, another token is fetched before the integration is called broken. */
@Injectable()
export class TokenRecovery implements Recovery, OnModuleInit {
  constructor(
    private readonly recoveries: Recoveries,
    private readonly tokens: IntegrationTokens,
    private readonly events: TokenHistoryRepository,
  ) {}

  onModuleInit(): void {
    this.recoveries.register('token', this);
  }

  async afterFailure(failed: FailedCheck): Promise<RecoveryOutcome | null> {
    const { organizationId, integrationId, failure, since } = failed;
    if (failure.kind !== 'auth') return null;
    // The check did it itself when the service refused the token.
    if (await this.events.triedSince(organizationId, integrationId, since)) return null;
    try {
      const signal = AbortSignal.timeout(LIMIT_MS);
      await this.tokens.refresh(organizationId, integrationId, 'recovery', { signal });
      return { outcome: 'recovered', message: 'The service refused the token, so another was fetched.' };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // Nothing to refresh.
      if (error.code === 'CONFLICT' || error.code === 'NOT_FOUND') return null;
      return { outcome: 'failed', message: `No other token could be fetched: ${error.message}` };
    }
  }
}
