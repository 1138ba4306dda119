import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import type { CredentialSource } from '../credential-source.js';
import { CredentialUnusableError } from '../credential-unusable.error.js';
import type { CredentialFields } from '../credential-fields.js';
import { versionOf } from '../credentials.service.js';
import { storedFailure, unauthorised } from './refresh-failure.js';
import { TokenOutcomes } from './token-outcomes.js';
import type { Refreshed, StoredTokens } from './stored-tokens.js';
import { TokenRefresher } from './token-refresher.js';
import { isRefreshable } from './token-set.js';
import type { TokenStanding } from './token-standing.js';

export interface UsableTokens {
  /** What a request may be built from: all that is stored but the refresh token. */
  fields: CredentialFields;
  /** What a program gets. */
  value: CredentialFields;
  expiresAt: Date | null;
  renewable: true;
  /** Which version it is; a refresh may have brought another than the one that was read. */
  credentialVersion: string;
}

interface Options {
  signal?: AbortSignal;
}

/** How long callers wait for a refresh while the token that is there still lives. */
const PATIENCE_MS = 3_000;
/** A token that is refused so soon after its refresh is refused for another reason: refreshing again is of no use. */
const REFUSED_AT_ONCE_MS = 60_000;
/** The same where nobody knows how long it lives: it may have been that short. */
const REFUSED_AT_ONCE_UNKNOWN_MS = 5_000;

const isStored = (source: CredentialSource): source is StoredTokens =>
  source.integrationId !== null && source.token !== undefined;

/** In milliseconds. Of a token that lives for seconds, half of its life is no longer at once. */
function soonAfter({ oauth }: TokenStanding): number {
  const lifetime = oauth?.lifetime_seconds ?? null;
  if (lifetime === null) return REFUSED_AT_ONCE_UNKNOWN_MS;
  return Math.min(REFUSED_AT_ONCE_MS, lifetime * 500);
}

/** Stored OAuth tokens in the form in which they are used: refreshed when that is due, and when they are refused. */
@Injectable()
export class OAuthTokens {
  /** What a caller holds, so that one who was refused with it is given another only where there is one. */
  private readonly handedOut = new WeakMap<object, StoredTokens>();

  constructor(
    private readonly refresher: TokenRefresher,
    private readonly outcomes: TokenOutcomes,
    private readonly clock: Clock,
  ) {}

  /**
   * Costs nothing while the token is fresh.
   * @param options fresh: somebody wants to know whether it works now, so what failed before is tried again.
   * @throws CredentialUnusableError
   */
  async get(source: CredentialSource, options: Options & { fresh?: boolean } = {}): Promise<UsableTokens> {
    if (!isStored(source) || typeof source.fields.access_token !== 'string')
      throw unauthorised(source.manifest);
    const { token, way, fields } = source;
    const now = this.clock.now();
    if (token.state === 'revoked' && token.oauth?.failure) throw storedFailure(token.oauth.failure, now);
    const lives = token.expiresAt === null || now < token.expiresAt.getTime();
    if (!isRefreshable(way, fields)) {
      if (lives) return this.handOut(source);
      return this.handOut(source, await this.refresher.end(source, 'use'));
    }
    if (lives && (token.refreshAt === null || now < token.refreshAt.getTime())) return this.handOut(source);
    const failure = token.oauth?.failure;
    if (!lives && failure && !options.fresh && now < Date.parse(failure.retry_at ?? ''))
      throw storedFailure(failure, now);
    return this.refreshed(source, lives, options);
  }

  /**
   * Brings another in place of one that was refused, unless there is another already.
   * @returns the same one where that cannot be done; somebody then looks whether the connection is lost.
   * @throws CredentialUnusableError
   */
  async renew<T extends object>(usable: T, { signal }: Options = {}): Promise<T | UsableTokens> {
    const refused = this.handedOut.get(usable);
    if (!refused) return usable;
    const { organizationId, integrationId, token, way, fields } = refused;
    const now = this.clock.now();
    const failure = token.oauth?.failure;
    if (failure && now < Date.parse(failure.retry_at ?? '')) throw storedFailure(failure, now);
    const refreshedAgo = now - (token.refreshedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
    if (!isRefreshable(way, fields) || refreshedAgo < soonAfter(token)) {
      await this.outcomes.owner.suspect(organizationId, integrationId);
      return usable;
    }
    const refreshed = await this.refresher.refresh(refused, 'refusal', { signal });
    return this.handOut(refused, refreshed);
  }

  private async refreshed(
    source: StoredTokens,
    lives: boolean,
    { signal, fresh }: Options & { fresh?: boolean },
  ): Promise<UsableTokens> {
    const cause = fresh ? 'person' : 'use';
    const patience = lives ? { patienceMs: PATIENCE_MS } : {};
    try {
      return this.handOut(source, await this.refresher.refresh(source, cause, { signal, ...patience }));
    } catch (error) {
      // A refresh begins before the end, so that a provider which is down for a moment harms nobody.
      const bearable = error instanceof CredentialUnusableError && !error.needsConsent;
      if (lives && bearable && !signal?.aborted) return this.handOut(source);
      throw error;
    }
  }

  private handOut(source: StoredTokens, stored?: Refreshed): UsableTokens {
    const current = stored ? { ...source, ...stored, credentialVersion: versionOf(stored.token) } : source;
    const { refresh_token: _refreshToken, ...fields } = current.fields;
    const { access_token: accessToken } = fields;
    if (typeof accessToken !== 'string') throw unauthorised(source.manifest);
    const usable: UsableTokens = {
      fields,
      value: { access_token: accessToken },
      expiresAt: current.token.expiresAt,
      renewable: true,
      credentialVersion: versionOf(current.token),
    };
    this.handedOut.set(usable, current);
    return usable;
  }
}
