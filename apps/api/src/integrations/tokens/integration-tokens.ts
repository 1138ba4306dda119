import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error.js';
import { Clock } from '../../common/clock.js';
import { type CredentialFields, isUnauthorised } from '../../tokens/credentials.service.js';
import { CredentialUnusableError } from '../../tokens/credential-unusable.error.js';
import { type RefreshCause, type StoredTokens, TokenRefresher } from '../../tokens/oauth2/token-refresher.js';
import { isRefreshable } from '../../tokens/oauth2/token-set.js';
import type { Integration } from '../integration.entity.js';
import { type StoredSource, StoredSources } from './stored-sources.js';
import { explainUnusable } from './unusable-credential.js';

export type { RefreshCause } from '../../tokens/oauth2/token-refresher.js';

/** How often another client is tried while others refresh the same tokens. */
const TRIALS = 3;

/** Another token for a saved integration, now. */
@Injectable()
export class IntegrationTokens {
  constructor(
    private readonly sources: StoredSources,
    private readonly refresher: TokenRefresher,
    private readonly clock: Clock,
  ) {}

  /**
   * Brings another token; for the schedule only where no use of it has done so already.
   * @throws AppError NOT_FOUND; CONFLICT where nothing can be refreshed, with what to do; REAUTHORIZATION_REQUIRED;
   *   UPSTREAM_ERROR, UPSTREAM_TIMEOUT, RATE_LIMITED, EGRESS_BLOCKED when the provider gives none
   */
  async refresh(
    organizationId: string,
    integrationId: string,
    cause: RefreshCause,
    options: { signal?: AbortSignal } = {},
  ): Promise<void> {
    const stored = await this.sources.load(organizationId, integrationId);
    if (!stored.integration) throw AppError.notFound('integration');
    const { name } = stored.integration;
    const source = this.requireTokens(stored, stored.integration);
    if (cause === 'schedule' && !this.isDue(source)) return;
    try {
      if (isRefreshable(source.way, source.fields)) await this.refresher.refresh(source, cause, options);
      else await this.refuseUnrefreshable(source, name, cause);
    } catch (error) {
      throw explain(error, name);
    }
  }

  /**
   * Tries another client by a refresh: with what it brings it is kept, and otherwise everything stays as it is.
   * @throws AppError as `refresh` does, before it is tried; CredentialUnusableError when it is not accepted
   */
  async tryClient(organizationId: string, integrationId: string, client: CredentialFields): Promise<void> {
    for (let attempt = 0; attempt < TRIALS; attempt += 1) {
      const stored = await this.sources.load(organizationId, integrationId);
      if (!stored.integration) throw AppError.notFound('integration');
      const source = this.requireTokens(stored, stored.integration);
      const trial = { ...source, fields: { ...source.fields, ...client }, isTrial: true };
      const { fields } = await this.refresher.refresh(trial, 'person');
      if (fields.client_id === client.client_id && fields.client_secret === client.client_secret) return;
      // Somebody else's refresh came first, with the client of before.
    }
    throw new AppError('CONFLICT', 'The tokens are being refreshed all the time. Try again in a minute.');
  }

  private isDue({ token: { refreshAt } }: StoredTokens): boolean {
    return refreshAt !== null && refreshAt.getTime() <= this.clock.now();
  }

  /** @throws AppError */
  private requireTokens(
    { source, credential, problem }: StoredSource,
    integration: Integration,
  ): StoredTokens {
    const { name, status } = integration;
    if (status === 'disabled')
      throw new AppError('CONFLICT', `“${name}” is disabled. Enable it, then refresh its token.`);
    if (!source) throw new AppError('CONFLICT', `“${name}”: ${problem!.reason}. ${problem!.hint}`);
    const { token } = source;
    if (!token)
      throw new AppError(
        'CONFLICT',
        `“${name}” has no token that could be refreshed: its credential is used as it was entered.`,
      );
    if (credential && isUnauthorised(credential))
      throw new AppError(
        'REAUTHORIZATION_REQUIRED',
        `“${name}” has not been authorised yet. Press Connect with ${source.manifest.name} first.`,
      );
    return { ...source, token };
  }

  /** @throws AppError, CredentialUnusableError */
  private async refuseUnrefreshable(source: StoredTokens, name: string, cause: RefreshCause): Promise<void> {
    const { expiresAt } = source.token;
    if (expiresAt !== null && expiresAt.getTime() <= this.clock.now()) {
      await this.refresher.end(source, cause);
      return;
    }
    throw new AppError(
      'CONFLICT',
      `${source.manifest.name} gave no refresh token for “${name}”, so its token cannot be refreshed. When it ends, authorise the connection again.`,
    );
  }
}

function explain(error: unknown, name: string): unknown {
  if (error instanceof CredentialUnusableError && error.kind === 'rate_limited') {
    const { reason, hint, retryAfterSeconds } = error;
    return new AppError('RATE_LIMITED', `The token of “${name}” was not refreshed: ${reason}. ${hint}`, {
      details: { kind: error.kind, reason, hint },
      cause: error,
      ...(retryAfterSeconds !== undefined && { retryAfter: retryAfterSeconds }),
    });
  }
  return explainUnusable(error, name);
}
