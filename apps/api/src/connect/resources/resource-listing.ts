import { Injectable } from '@nestjs/common';
import {
  choosableResources,
  ConfigurationError,
  judgeResourcePage,
  readResourcePage,
  resourceRequest,
  type FailureOutcome,
  type ResourceItem,
  type SyncResource,
} from '@latchkey/catalogue';
import { AppError, type ErrorCode } from '../../common/app-error.js';
import { Clock } from '../../common/clock.js';
import { EgressClient } from '../../egress/egress.client.js';
import { EgressError } from '../../egress/egress.error.js';
import { type LiveConnection, LiveConnections } from '../../integrations/credentials/live-connections.js';
import { clientCertificateOf } from '../../tokens/client-certificate.js';
import {
  CredentialUnusableError,
  type UsableCredential,
  UsableCredentials,
} from '../../tokens/usable-credentials.js';

/** What a list may cost: an account with more is told that there is more. */
const MOST_PAGES = 10;
const MOST_ITEMS = 1000;
const PAGE_MS = 10_000;
const WHOLE_MS = 30_000;

/** What the account holds of one kind. */
export interface Listing {
  kind: SyncResource;
  items: ResourceItem[];
  /** There is more than was read. */
  truncated: boolean;
}

/** The provider did not give the list. */
class ListRefused extends Error {
  constructor(readonly outcome: FailureOutcome) {
    super(outcome.reason);
  }
}

const CODES: Partial<Record<string, ErrorCode>> = { blocked: 'EGRESS_BLOCKED', timeout: 'UPSTREAM_TIMEOUT' };

/** Lists what the account of an integration holds, through its own credential. */
@Injectable()
export class ResourceListing {
  constructor(
    private readonly connections: LiveConnections,
    private readonly credentials: UsableCredentials,
    private readonly egress: EgressClient,
    private readonly clock: Clock,
  ) {}

  /**
   * @param kind only this one
   * @throws AppError CONFLICT, REAUTHORIZATION_REQUIRED, RATE_LIMITED, UPSTREAM_ERROR, UPSTREAM_TIMEOUT, EGRESS_BLOCKED;
   *   VALIDATION_FAILED for a kind that there is not
   */
  async list(organizationId: string, integrationId: string, kind?: string): Promise<Listing[]> {
    const owner = { organizationId, integrationIds: null, integrationTypeIds: null };
    const connection = await this.connections.require(owner, integrationId);
    const all = choosableResources(connection.manifest, connection.way);
    const kinds = all.filter(({ id }) => kind === undefined || id === kind);
    if (kind !== undefined && kinds.length === 0) throw noSuchKind(all);
    if (kinds.length === 0) return [];
    const signal = AbortSignal.timeout(WHOLE_MS);
    try {
      return await this.readAll(connection, kinds, signal);
    } catch (error) {
      throw explain(error, connection);
    }
  }

  private async readAll(
    connection: LiveConnection,
    kinds: SyncResource[],
    signal: AbortSignal,
  ): Promise<Listing[]> {
    let usable = await this.credentials.get(connection, { signal });
    const listings: Listing[] = [];
    for (const kind of kinds) {
      try {
        listings.push(await this.read(connection, usable, kind, signal));
      } catch (error) {
        const isDead = error instanceof ListRefused && error.outcome.token_dead && usable.renewable;
        const renewed = isDead ? await this.credentials.renew(connection, usable, { signal }) : usable;
        if (renewed === usable) throw error;
        usable = renewed;
        listings.push(await this.read(connection, usable, kind, signal));
      }
    }
    return listings;
  }

  private async read(
    { manifest, way, config }: LiveConnection,
    { fields }: UsableCredential,
    kind: SyncResource,
    signal: AbortSignal,
  ): Promise<Listing> {
    const items = new Map<string, ResourceItem>();
    let next: string | undefined;
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const call = resourceRequest(manifest, way, kind, config, fields, next);
      const response = await this.egress.request({
        ...call,
        clientCertificate: clientCertificateOf(way, fields),
        maxRedirects: 0,
        timeoutMs: PAGE_MS,
        signal,
      });
      const outcome = judgeResourcePage(manifest, way, kind, response, this.clock.now());
      if (!outcome.ok) throw new ListRefused(outcome);
      const read = readResourcePage(kind, call.url, response);
      for (const item of read.items) items.set(item.id, item);
      const isLast = read.next === undefined || read.next === next;
      next = read.next;
      if (isLast || items.size >= MOST_ITEMS)
        return {
          kind,
          items: [...items.values()].slice(0, MOST_ITEMS),
          truncated: !isLast || items.size > MOST_ITEMS,
        };
    }
    return { kind, items: [...items.values()], truncated: true };
  }
}

export const noSuchKind = (kinds: SyncResource[]): AppError =>
  AppError.invalid({
    kind: [
      kinds.length === 0
        ? 'this integration has nothing to choose'
        : `must be one of ${kinds.map(({ id }) => id).join(', ')}`,
    ],
  });

function explain(error: unknown, { name, manifest }: LiveConnection): unknown {
  const failure = failureOf(error);
  if (!failure) return error;
  const { kind, reason, hint, needsConsent, retryAfter } = failure;
  const code: ErrorCode = needsConsent
    ? 'REAUTHORIZATION_REQUIRED'
    : (CODES[kind] ?? (kind === 'rate_limited' ? 'RATE_LIMITED' : 'UPSTREAM_ERROR'));
  return new AppError(code, `${manifest.name} did not give the list for “${name}”: ${reason}. ${hint}`, {
    details: { kind, reason, hint },
    cause: error,
    ...(retryAfter === undefined ? {} : { retryAfter }),
  });
}

interface Failure {
  kind: string;
  reason: string;
  hint: string;
  needsConsent?: boolean;
  retryAfter?: number;
}

function failureOf(error: unknown): Failure | undefined {
  if (error instanceof ListRefused) {
    const { kind, reason, hint, retry_after_seconds: retryAfter } = error.outcome;
    return { kind, reason, hint, retryAfter };
  }
  if (error instanceof CredentialUnusableError) {
    const { kind, reason, hint, needsConsent, retryAfterSeconds: retryAfter } = error;
    return { kind, reason, hint, needsConsent, retryAfter };
  }
  if (error instanceof ConfigurationError) return { kind: 'config', reason: error.message, hint: error.hint };
  const translated = error instanceof EgressError ? CredentialUnusableError.from(error) : undefined;
  return translated instanceof CredentialUnusableError ? failureOf(translated) : undefined;
}
