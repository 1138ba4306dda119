import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../common/clock.js';
import { EgressClient } from '../egress/egress.client.js';
import { MaskedSecret } from '../vault/masked-secret.js';
import { AppKeys } from './app-keys.js';
import type { CredentialSource } from './credential-source.js';
import { CredentialUnusableError } from './credential-unusable.error.js';
import type { CredentialFields } from './credentials.service.js';
import type { Derivation } from './derivations/derivation.js';
import { DERIVATIONS } from './derivations/derivations.js';
import { OAuthTokens } from './oauth2/oauth-tokens.js';
import { within } from './within.js';

export type { CredentialSource } from './credential-source.js';
export { CredentialUnusableError } from './credential-unusable.error.js';

export interface UsableCredential {
  /** The stored fields plus what was derived (`access_token`, `token`, keys of a session). */
  fields: CredentialFields;
  /** What a program gets: the derived material where there is one, else the stored fields. */
  value: CredentialFields;
  /** When what was derived ends; null where nothing was: the stored credential may end all the same. */
  expiresAt: Date | null;
  /** True when `renew` can bring another. */
  renewable: boolean;
  /** Of kind `oauth2`: the version that is used, which may be newer than the one that was read. */
  credentialVersion?: string;
}

interface Options {
  signal?: AbortSignal;
}

interface Failure {
  error: CredentialUnusableError;
  until: number;
  inARow: number;
}

/** What was derived. */
interface Token {
  fields: MaskedSecret<CredentialFields>;
  expiresAt: Date;
  renewAt: number;
}

interface Kept {
  token?: Token;
  /** Until then a renewed one is not renewed again: that it is refused has another reason. */
  renewedUntil: number;
  failure?: Failure;
}

/** The whole of a derivation, however many wait for it. */
const FLIGHT_MS = 20_000;
const MAX_KEPT = 10_000;
/** In real time, so that what nobody uses any more does not stay in memory. */
const LONGEST_KEPT_MS = 24 * 3_600_000;
const SHORTEST_KEPT_MS = 60_000;
const RENEWED_AGAIN_MS = 60_000;
const LONGEST_PAUSE_MS = 10 * 60_000;

/** How long nobody asks again after a failure: a client that keeps knocking with a wrong secret is locked out. */
function pauseAfter(
  { credentialRefused, retryAfterSeconds }: CredentialUnusableError,
  inARow: number,
): number {
  const doubled = 2 ** Math.min(inARow - 1, 10);
  if (credentialRefused) return Math.min(60_000 * doubled, LONGEST_PAUSE_MS);
  if (retryAfterSeconds !== undefined) return Math.min(retryAfterSeconds * 1000, LONGEST_PAUSE_MS);
  return Math.min(1000 * doubled, 60_000);
}

const prefixOf = (organizationId: string, integrationId: string): string =>
  `${organizationId} ${integrationId} `;

/**
 * Credentials in the form in which they are used. What is derived from a stored one lives in the memory of this
 * process and nowhere else, sealed; it is made anew before it ends, and any number of simultaneous callers cause one
 * fetch. Tokens of kind `oauth2` are stored, and so are those that a refresh brings: see `OAuthTokens`.
 */
@Injectable()
export class UsableCredentials {
  private readonly kept = new LRUCache<string, Kept>({ max: MAX_KEPT });
  private readonly flights = new Map<string, Promise<Token>>();
  private readonly digests = new WeakMap<object, string>();
  /** Which token a caller holds, so that two who were refused with the same one do not both renew it. */
  private readonly handedOut = new WeakMap<UsableCredential, Token>();

  constructor(
    private readonly egress: EgressClient,
    private readonly clock: Clock,
    private readonly appKeys: AppKeys,
    private readonly oauth: OAuthTokens,
  ) {}

  /**
   * @param options fresh: what is kept does not count, as when a person wants to know whether it works now.
   * @throws CredentialUnusableError
   */
  async get(
    source: CredentialSource,
    options: Options & { fresh?: boolean } = {},
  ): Promise<UsableCredential> {
    if (source.way.credential_type === 'oauth2') return this.oauth.get(source, options);
    const derivation = DERIVATIONS[source.way.credential_type];
    if (!derivation)
      return { fields: source.fields, value: source.fields, expiresAt: null, renewable: false };
    const key = this.keyOf(source);
    if (key === null || options.fresh) return this.fetch(key, source, derivation, options.signal);
    const now = this.clock.now();
    const { token, failure } = this.kept.get(key) ?? {};
    if (token && now < token.renewAt) return this.handOut(source, derivation, token);
    try {
      if (failure && now < failure.until && !this.flights.has(key)) throw failure.error;
      return await this.fetch(key, source, derivation, options.signal);
    } catch (error) {
      // Renewal begins before the end, so that a service which is down for a moment harms nobody.
      const lives = token && this.clock.now() < token.expiresAt.getTime();
      if (error instanceof CredentialUnusableError && lives) return this.handOut(source, derivation, token);
      throw error;
    }
  }

  /**
   * Brings another in place of one that was refused, unless that was already done since it was handed out.
   * @returns the same one when there is no use in another: it is not renewable, or has just been renewed.
   * @throws CredentialUnusableError
   */
  async renew(
    source: CredentialSource,
    usable: UsableCredential,
    { signal }: Options = {},
  ): Promise<UsableCredential> {
    if (source.way.credential_type === 'oauth2') return this.oauth.renew(usable, { signal });
    const derivation = DERIVATIONS[source.way.credential_type];
    if (!derivation?.renewable) return usable;
    const key = this.keyOf(source);
    if (key === null) return this.fetch(null, source, derivation, signal);
    const now = this.clock.now();
    const { token, failure, renewedUntil = 0 } = this.kept.get(key) ?? {};
    const another = token && token !== this.handedOut.get(usable) && now < token.renewAt;
    if (another) return this.handOut(source, derivation, token);
    if (!this.flights.has(key)) {
      if (now < renewedUntil) return usable;
      if (failure && now < failure.until) throw failure.error;
    }
    const renewed = await this.fetch(key, source, derivation, signal);
    const current = this.kept.get(key);
    if (current) current.renewedUntil = this.clock.now() + RENEWED_AGAIN_MS;
    return renewed;
  }

  /** Forgets what was derived from a credential: it was replaced, or its integration is gone. */
  forget(organizationId: string, integrationId: string): void {
    this.forgetOthers(prefixOf(organizationId, integrationId));
  }

  private forgetOthers(prefix: string, except?: string): void {
    const isStale = (key: string): boolean => key.startsWith(prefix) && key !== except;
    for (const key of Array.from(this.kept.keys()).filter(isStale)) this.kept.delete(key);
    // Whoever waits gets what they asked for; it is not kept.
    for (const key of Array.from(this.flights.keys()).filter(isStale)) this.flights.delete(key);
  }

  /** null: nothing is kept. Settings count, since they say where tokens come from. */
  private keyOf(source: CredentialSource): string | null {
    const { organizationId, integrationId, credentialVersion, way, config } = source;
    if (integrationId === null || credentialVersion === null) return null;
    let digest = this.digests.get(config);
    if (digest === undefined) {
      digest = createHash('sha256').update(JSON.stringify(config)).digest('base64url');
      this.digests.set(config, digest);
    }
    return `${prefixOf(organizationId, integrationId)}${credentialVersion} ${way.id} ${digest}`;
  }

  /** Joins the fetch that is under way, or starts one. */
  private async fetch(
    key: string | null,
    source: CredentialSource,
    derivation: Derivation,
    signal: AbortSignal | undefined,
  ): Promise<UsableCredential> {
    const flight =
      key === null
        ? this.derive(source, derivation, signal)
        : (this.flights.get(key) ?? this.takeOff(key, source, derivation));
    return this.handOut(source, derivation, await within(flight, signal));
  }

  private takeOff(key: string, source: CredentialSource, derivation: Derivation): Promise<Token> {
    const flight = this.derive(source, derivation);
    const landed = (settle: () => void): void => {
      // Otherwise it was forgotten meanwhile.
      if (this.flights.get(key) !== flight) return;
      this.flights.delete(key);
      settle();
    };
    flight.then(
      (token) => landed(() => this.keep(key, source, token)),
      (error: unknown) => landed(() => this.pause(key, error)),
    );
    this.flights.set(key, flight);
    return flight;
  }

  private keep(key: string, { organizationId, integrationId }: CredentialSource, token: Token): void {
    this.forgetOthers(prefixOf(organizationId, integrationId ?? ''), key);
    const left = token.expiresAt.getTime() - this.clock.now();
    const ttl = Math.min(Math.max(left, SHORTEST_KEPT_MS), LONGEST_KEPT_MS);
    this.kept.set(key, { token, renewedUntil: 0 }, { ttl });
  }

  private pause(key: string, error: unknown): void {
    if (!(error instanceof CredentialUnusableError)) return;
    const before = this.kept.get(key);
    const inARow = (before?.failure?.inARow ?? 0) + 1;
    const until = this.clock.now() + pauseAfter(error, inARow);
    this.kept.set(
      key,
      { renewedUntil: 0, ...before, failure: { error, until, inARow } },
      { ttl: LONGEST_KEPT_MS },
    );
  }

  private handOut(source: CredentialSource, { renewable }: Derivation, token: Token): UsableCredential {
    const derived = token.fields.reveal();
    const usable = {
      fields: { ...source.fields, ...derived },
      value: derived,
      expiresAt: token.expiresAt,
      renewable,
    };
    this.handedOut.set(usable, token);
    return usable;
  }

  private async derive(
    source: CredentialSource,
    { derive, margin }: Derivation,
    signal?: AbortSignal,
  ): Promise<Token> {
    const started = this.clock.now();
    const limit = AbortSignal.timeout(FLIGHT_MS);
    const tools = {
      egress: this.egress,
      appKeys: this.appKeys,
      now: () => this.clock.now(),
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    };
    try {
      const { fields, expiresAt } = await derive(source, tools);
      const end = expiresAt.getTime();
      return { fields: new MaskedSecret(fields), expiresAt, renewAt: end - margin(end - started) };
    } catch (error) {
      throw CredentialUnusableError.from(error);
    }
  }
}
