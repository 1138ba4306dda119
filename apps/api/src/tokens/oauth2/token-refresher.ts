import { randomUUID } from 'node:crypto';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { CredentialUnusableError } from '../credential-unusable.error.js';
import { CredentialsService } from '../credentials.service.js';
import { Clock } from '../../common/clock.js';
import { within } from '../within.js';
import { whileExtending } from './lease-keeping.js';
import { endOf, storedFailure, withdrawnAt } from './refresh-failure.js';
import { RefreshAttempts } from './refresh-attempts.js';
import { type LeasedRow, type RefreshCause, TokenLeasesRepository } from './token-leases.repository.js';
import { placeOf, type Refreshed, standingOf, type StoredTokens } from './stored-tokens.js';
import type { TokenStanding } from './token-standing.js';
import { TokenWaits } from './token-waits.js';

export type { Refreshed, StoredTokens } from './stored-tokens.js';
export type { RefreshCause } from './token-leases.repository.js';

/** A refresh that is under way in this process. */
interface Flight {
  landing: Promise<Refreshed>;
  began: number;
}

/** How long another replica's refresh is waited for: longer than its request may take, and than its lease, should it die. */
const PATIENCE_MS = 30_000;
/** For whom the pause after a failure does not count. */
const IMPATIENT: readonly RefreshCause[] = ['person', 'recovery'];

/**
 * Refreshes tokens, each version once, however many ask for it and on however many replicas: those of one process join
 * one flight, and of the flights one has the lease. The lease is a row's and no lock: nothing is held while the provider
 * is asked, and whoever loses it writes nothing. The others wait and get what the winner stored.
 */
@Injectable()
export class TokenRefresher implements OnModuleDestroy {
  private readonly flights = new Map<string, Flight>();

  constructor(
    private readonly leases: TokenLeasesRepository,
    private readonly attempts: RefreshAttempts,
    private readonly waits: TokenWaits,
    private readonly credentials: CredentialsService,
    private readonly clock: Clock,
  ) {}

  /**
   * Brings another token in place of the one that was read, unless that has happened already.
   * @param options patienceMs: how long it may take for a caller who could do without, from when the first one asked.
   * @throws CredentialUnusableError when none can be had now; the stored one may live all the same.
   */
  refresh(
    source: StoredTokens,
    cause: RefreshCause,
    { signal, patienceMs }: { signal?: AbortSignal; patienceMs?: number } = {},
  ): Promise<Refreshed> {
    const { organizationId, integrationId, token } = source;
    // Nobody else flies along with a client that is only tried.
    const trial = source.isTrial ? randomUUID() : '';
    const key = `${organizationId} ${integrationId} ${token.id} ${token.revision} ${trial}`;
    let flight = this.flights.get(key);
    if (!flight) {
      const landing = this.fly(source, cause).finally(() => this.flights.delete(key));
      flight = { landing, began: performance.now() };
      this.flights.set(key, flight);
    }
    const { landing, began } = flight;
    if (patienceMs === undefined) return within(landing, signal);
    const left = AbortSignal.timeout(Math.max(0, Math.ceil(began + patienceMs - performance.now())));
    return within(landing, signal ? AbortSignal.any([signal, left]) : left);
  }

  /**
   * The token has ended and there is nothing to refresh it with: from now on only a consent helps.
   * @returns what is stored by now, where that is another
   * @throws CredentialUnusableError
   */
  async end(source: StoredTokens, cause: RefreshCause): Promise<Refreshed> {
    const row = await this.leases.read(placeOf(source));
    if (row && isAnother(row, source.token)) return this.opened(source, row);
    const failure = endOf(source.manifest, this.clock.now());
    await this.attempts.end(source, failure, cause);
    throw storedFailure(failure, this.clock.now());
  }

  /** What has begun is brought to its end: the answer of a provider that rotates its tokens must not be lost. */
  async onModuleDestroy(): Promise<void> {
    await Promise.allSettled(Array.from(this.flights.values(), ({ landing }) => landing));
  }

  private async fly(source: StoredTokens, cause: RefreshCause): Promise<Refreshed> {
    const patience = performance.now() + PATIENCE_MS;
    const place = placeOf(source);
    let read = source.token;
    let waited = false;
    for (;;) {
      const lease = { ...place, token: randomUUID(), credentialId: read.id, revision: read.revision };
      const { claimed, interrupted, row } = await this.leases.claim(place, read, lease.token);
      if (!row) throw gone();
      if (claimed) {
        const made = await whileExtending(
          () => this.leases.extend(lease),
          () => this.attempts.carryOut({ source, lease, row, interrupted, cause }),
        );
        return made ?? (await this.afterLosing(source));
      }
      if (isAnother(row, read)) return this.opened(source, row);
      this.refuse(row, source);
      if (!row.leased && row.refresh_failures !== read.refreshFailures) {
        // Of a failure that was waited for everybody gets his part; of an older one whoever may not ask yet.
        this.refuseWhilePaused(row, waited, cause);
        read = standingOf(row);
      } else {
        await this.waitFor(source, patience);
        waited = true;
      }
    }
  }

  /** @throws CredentialUnusableError for what nobody refreshes any more */
  private refuse({ status, state, metadata }: LeasedRow, { manifest }: StoredTokens): void {
    if (status === 'disabled')
      throw new CredentialUnusableError('config', 'The integration is disabled', {
        hint: 'Enable it in Latchkey, then try again.',
      });
    if (state !== 'revoked') return;
    const now = this.clock.now();
    throw storedFailure(metadata.oauth?.failure ?? withdrawnAt(manifest, now), now);
  }

  /** @throws CredentialUnusableError */
  private refuseWhilePaused({ metadata }: LeasedRow, waited: boolean, cause: RefreshCause): void {
    const failure = metadata.oauth?.failure;
    if (!failure) return;
    const now = this.clock.now();
    const paused = Date.parse(failure.retry_at ?? '') > now && !IMPATIENT.includes(cause);
    if (waited || paused) throw storedFailure(failure, now);
  }

  private async waitFor(source: StoredTokens, until: number): Promise<void> {
    if (performance.now() < until) return this.waits.once(placeOf(source));
    throw new CredentialUnusableError('timeout', 'A refresh of the token has not come to its end yet', {
      hint: 'Try again in a minute.',
      retryAfterSeconds: 30,
    });
  }

  /** Its lease went to another, or the credential was replaced, while the provider was asked. */
  private async afterLosing(source: StoredTokens): Promise<Refreshed> {
    const row = await this.leases.read(placeOf(source));
    if (!row) throw gone();
    if (isAnother(row, source.token)) return this.opened(source, row);
    throw new CredentialUnusableError('timeout', 'The refresh took too long and was left to another', {
      hint: 'Try again in a minute.',
    });
  }

  private async opened(source: StoredTokens, row: LeasedRow): Promise<Refreshed> {
    const { organizationId } = source;
    const { id, credential_type: credentialType, sealed } = row;
    const fields = await this.credentials.open({ organizationId, id, credentialType, sealed });
    return { fields, token: standingOf(row) };
  }
}

const isAnother = (row: LeasedRow, { id, revision }: TokenStanding): boolean =>
  row.id !== id || row.revision !== revision;

const gone = (): CredentialUnusableError =>
  new CredentialUnusableError('config', 'The integration has been deleted', {
    hint: 'Use another integration.',
  });
