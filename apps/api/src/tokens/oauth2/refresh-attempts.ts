import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../common/clock.js';
import { CredentialsService, type NewCredential } from '../credentials.service.js';
import { OAuthClient } from './oauth-client.js';
import { OAuthClients } from './oauth-clients.js';
import { ended, failed as failedEvent, refreshed } from './refresh-events.js';
import { type JudgedRefresh, judgeFailure, storedFailure } from './refresh-failure.js';
import { hasEnded, stateAfter, stateAfterFailure } from './refresh-states.js';
import { TokenRequestError } from './token-errors.js';
import {
  type Lease,
  type LeasedRow,
  type RefreshCause,
  TokenLeasesRepository,
} from './token-leases.repository.js';
import type { OAuthParty, TokenGrant } from './token-grant.js';
import { TokenOutcomes } from './token-outcomes.js';
import { type Refreshed, type StoredTokens } from './stored-tokens.js';
import { credentialOfRefresh, oauthOf } from './token-set.js';
import type { OAuthMetadata, TokenFailure } from './token-standing.js';

export interface Attempt {
  source: StoredTokens;
  lease: Lease;
  /** As it was when the lease was taken. */
  row: LeasedRow;
  /** Whoever had the lease before never said how it went. */
  interrupted: boolean;
  cause: RefreshCause;
}

interface Begun extends Attempt {
  oauth: OAuthMetadata;
  /** How long it has taken so far, in milliseconds. */
  elapsed: () => number;
}

/** The whole of a request to the provider. */
const REQUEST_MS = 20_000;
/** How long a database that does not answer is tried again, with a token in hand that nobody else has. */
const STORE_MS = 30_000;
const FIRST_STORE_PAUSE_MS = 50;
/** Soon after the database is back it is stored, before the lease has gone to another. */
const LONGEST_STORE_PAUSE_MS = 1000;

/** One refresh, by whoever has the lease: the request, and how it went written down before anybody hears of it. */
@Injectable()
export class RefreshAttempts {
  private readonly logger = new Logger('Tokens');

  constructor(
    private readonly leases: TokenLeasesRepository,
    private readonly credentials: CredentialsService,
    private readonly client: OAuthClient,
    private readonly clients: OAuthClients,
    private readonly outcomes: TokenOutcomes,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns undefined when the lease was lost or the credential replaced meanwhile: nothing was written.
   * @throws CredentialUnusableError
   */
  async carryOut(attempt: Attempt): Promise<Refreshed | undefined> {
    const { source, row } = attempt;
    const started = performance.now();
    const begun = {
      ...attempt,
      oauth: oauthOf(row.metadata.oauth, source.way, source.fields, this.clock.now()),
      elapsed: () => Math.round(performance.now() - started),
    };
    let grant: TokenGrant;
    try {
      const refreshToken = String(source.fields.refresh_token);
      grant = await this.client.refresh(
        this.partyOf(source),
        { refreshToken },
        AbortSignal.timeout(REQUEST_MS),
      );
    } catch (error) {
      return this.noteFailure(begun, error);
    }
    return this.keep(begun, grant);
  }

  /** Writes down that the token has ended and nothing can bring another. */
  async end(source: StoredTokens, failure: TokenFailure, cause: RefreshCause): Promise<void> {
    const { organizationId, integrationId, token } = source;
    const place = { organizationId, integrationId };
    const now = this.clock.now();
    const oauth = { ...oauthOf(token.oauth, source.way, source.fields, now), failure };
    const event = ended(token, failure, cause, new Date(now));
    await this.outcomes.owner.settle(
      organizationId,
      integrationId,
      { turn: 'lost', failure, retryAt: null },
      (manager) => this.leases.end(place, token, { oauth }, event, manager),
    );
  }

  /** @throws TokenRequestError when there is no client to ask as */
  private partyOf({ manifest, way, config, fields }: StoredTokens): OAuthParty {
    const client = this.clients.resolve({ manifest, way, config }, fields);
    if (client) return { manifest, way, config, client };
    throw new TokenRequestError(
      'client_refused',
      'config',
      `No OAuth client for ${manifest.name} is set up`,
      {
        hint: 'Whoever runs Latchkey has taken it out of the settings: ask them to put it back.',
      },
    );
  }

  private async keep(begun: Begun, grant: TokenGrant): Promise<Refreshed | undefined> {
    const { source, row, oauth } = begun;
    const made = credentialOfRefresh(source.way, grant, {
      fields: source.fields,
      oauth,
      random: Math.random(),
    });
    const at = this.clock.date();
    if (!(await this.storeAtLast(begun, made, at))) {
      await this.withdrawFromNobody(source, grant);
      return undefined;
    }
    const { fields, expiresAt, refreshAt } = made;
    const state = stateAfter('refreshed', row);
    const { id, revision } = row;
    return {
      fields,
      token: {
        id,
        revision: revision + 1,
        state,
        expiresAt,
        refreshAt,
        refreshedAt: at,
        refreshFailures: 0,
        oauth: made.oauth,
      },
    };
  }

  /** A database that is away for a moment must not cost the token: where the provider rotates there is no second one. */
  private async storeAtLast(begun: Begun, made: NewCredential, at: Date): Promise<boolean> {
    const until = performance.now() + STORE_MS;
    for (let pause = FIRST_STORE_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_STORE_PAUSE_MS)) {
      try {
        return await this.store(begun, made, at);
      } catch (error) {
        if (performance.now() + pause > until) throw error;
        this.logger.warn(
          `A refreshed token could not be stored yet and is tried again: ${(error as Error).message}`,
        );
        await delay(pause);
      }
    }
  }

  private async store(begun: Begun, made: NewCredential, at: Date) {
    const { source, lease, row } = begun;
    const { organizationId, integrationId } = source;
    const sealed = await this.credentials.seal(organizationId, integrationId, made, row.id);
    const event = refreshed(begun, made, at);
    const write = (manager?: EntityManager) =>
      this.leases.store(lease, { ...sealed, state: stateAfter('refreshed', row) }, event, manager);
    if (row.status === 'needs_reauth' || row.status === 'error') {
      const after = row.metadata.oauth?.failure ?? null;
      return this.outcomes.owner.settle(organizationId, integrationId, { turn: 'regained', after }, write);
    }
    const stored = await write();
    this.outcomes.owner.changed(organizationId, integrationId);
    return stored;
  }

  /** Of an integration that was deleted meanwhile nothing is left at the provider either. */
  private async withdrawFromNobody(source: StoredTokens, grant: TokenGrant): Promise<void> {
    const { organizationId, integrationId } = source;
    if (await this.leases.read({ organizationId, integrationId })) return;
    const { accessToken, refreshToken } = grant;
    const tokens = { accessToken, ...(refreshToken !== undefined && { refreshToken }) };
    await this.client
      .revoke(this.partyOf(source), tokens, AbortSignal.timeout(REQUEST_MS))
      .catch((error: unknown) =>
        this.logger.warn(
          `A token of a deleted integration could not be withdrawn: ${(error as Error).message}`,
        ),
      );
  }

  private async noteFailure(begun: Begun, error: unknown): Promise<undefined> {
    const { source, row, oauth, interrupted } = begun;
    const failed = this.judge(begun, error);
    if (source.isTrial && failed.outcome !== 'dead') return this.endTrial(begun, failed);
    const { outcome, failure, uncertain, refreshAt, refusals } = failed;
    const { previous: _previous, ...withoutPrevious } = row.metadata;
    const isDead = outcome === 'dead';
    const since =
      oauth.uncertain_since ?? (uncertain || interrupted ? new Date(this.clock.now()).toISOString() : null);
    const changes = {
      state: isDead
        ? stateAfter('revoked', row)
        : stateAfterFailure(row, this.clock.now(), outcome === 'given_up' || row.status === 'needs_reauth'),
      refreshAt,
      refreshFailures: row.refresh_failures + 1,
      metadata: {
        ...(isDead ? withoutPrevious : row.metadata),
        oauth: { ...oauth, failure, uncertain_since: since, ...(refusals && { refusals }) },
      },
    };
    const write = (manager?: EntityManager) =>
      this.leases.fail(begun.lease, changes, failedEvent(begun, failed, this.clock.date()), manager);
    const { organizationId, integrationId } = source;
    const { owner } = this.outcomes;
    let written: boolean;
    if (failure.needs_consent || outcome === 'client_refused') {
      const turn = failure.needs_consent ? 'lost' : 'client_refused';
      written = await owner.settle(
        organizationId,
        integrationId,
        { turn, failure, retryAt: refreshAt },
        write,
      );
    } else {
      written = await write();
      owner.changed(organizationId, integrationId);
    }
    if (!written) return undefined;
    throw failed.ours ?? storedFailure(failure, this.clock.now());
  }

  /** The client that was tried is refused, and everything is as before; but for a rotated token that may be lost. */
  private async endTrial(begun: Begun, failed: JudgedRefresh): Promise<undefined> {
    const { row, oauth, source } = begun;
    const since =
      oauth.uncertain_since ?? (failed.uncertain ? new Date(this.clock.now()).toISOString() : null);
    const changes = {
      state: stateAfterFailure(row, this.clock.now()),
      refreshAt: row.refresh_at,
      refreshFailures: row.refresh_failures,
      metadata: { ...row.metadata, oauth: { ...oauth, uncertain_since: since } },
    };
    const message = `Another client secret was tried and not kept: ${failed.failure.reason}`;
    const written = await this.leases.fail(begun.lease, changes, {
      ...failedEvent(begun, failed, this.clock.date()),
      message,
    });
    this.outcomes.owner.changed(source.organizationId, source.integrationId);
    if (!written) return undefined;
    throw failed.ours ?? storedFailure(failed.failure, this.clock.now());
  }

  private judge(
    { source: { manifest }, row, oauth, interrupted, cause }: Begun,
    error: unknown,
  ): JudgedRefresh {
    const now = this.clock.now();
    return judgeFailure(error, {
      manifest,
      now,
      failures: row.refresh_failures + 1,
      interrupted: interrupted || oauth.uncertain_since !== null,
      refusals: oauth.refusals,
      ended: hasEnded(row, now),
      tokenRefused: cause === 'refusal',
      isBroken: row.status === 'error' || row.status === 'needs_reauth',
      random: Math.random(),
    });
  }
}
