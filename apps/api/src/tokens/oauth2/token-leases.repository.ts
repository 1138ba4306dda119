import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../../common/new-id.js';
import { Database } from '../../database/database.js';
import type { CredentialMetadata } from '../credential.entity.js';
import { type CredentialState, REFRESHABLE_STATES } from '../credential-lifecycle.js';
import type { SealedCredential } from '../credentials.service.js';
import type { TokenStanding } from './token-standing.js';

export interface Place {
  organizationId: string;
  integrationId: string;
}

/** The stored credential at this moment, and who works on it. */
export interface LeasedRow {
  id: string;
  revision: number;
  credential_type: string;
  state: CredentialState;
  sealed: Buffer;
  expires_at: Date | null;
  refresh_at: Date | null;
  refreshed_at: Date | null;
  refresh_failures: number;
  metadata: CredentialMetadata;
  has_previous: boolean;
  /** Somebody refreshes it now. */
  leased: boolean;
  /** Of its integration. */
  status: string;
}

/** The right to refresh one version of a credential, until the lease ends; `token` is the fencing token. */
export interface Lease extends Place {
  token: string;
  credentialId: string;
  revision: number;
}

export interface TokenEvent {
  at: Date;
  kind: 'refreshed' | 'refresh_failed' | 'refused' | 'revoked';
  cause: RefreshCause;
  message: string;
  errorCode: string | null;
  durationMs: number | null;
  expiresAt: Date | null;
}

/** Why a token is refreshed. */
export type RefreshCause = 'schedule' | 'use' | 'refusal' | 'person' | 'recovery';

/** What a refresh changes of the row besides its secret. */
export interface RefreshState {
  state: CredentialState;
  refreshAt: Date | null;
  refreshFailures: number;
  metadata: CredentialMetadata;
}

/** Whoever has it extends it while they work (`lease-keeping.ts`); one that died is followed by another after this. */
const LEASE_SECONDS = 15;
const LEASE_END = `clock_timestamp() + make_interval(secs => ${LEASE_SECONDS})`;

const READ = `SELECT c.id, c.revision, c.credential_type, c.state, c.sealed, c.expires_at, c.refresh_at, c.refreshed_at,
    c.refresh_failures, c.metadata, c.previous_sealed IS NOT NULL AS has_previous,
    coalesce(c.lease_until > clock_timestamp(), false) AS leased, i.status
  FROM integration_credentials c
  JOIN integrations i ON i.organization_id = c.organization_id AND i.id = c.integration_id
  WHERE c.organization_id = $1 AND c.integration_id = $2`;

/**
 * By the clock of the database alone: those of replicas may be apart. From here on the lease stands for the claim of the
 * schedule, which is longer.
 */
const CLAIM = `UPDATE integration_credentials c
  SET lease_token = $6, lease_until = ${LEASE_END}, refresh_claimed_until = NULL, state = 'refreshing'
  WHERE c.organization_id = $1 AND c.integration_id = $2 AND c.id = $3 AND c.revision = $4 AND c.refresh_failures = $5
    AND c.state = ANY($7) AND (c.lease_until IS NULL OR c.lease_until <= clock_timestamp())
    AND EXISTS (SELECT 1 FROM integrations i
      WHERE i.organization_id = $1 AND i.id = $2 AND i.status <> 'disabled')
  RETURNING old.lease_token IS NOT NULL AS interrupted`;

/** Events refer to the integration, whose lock goes before that of the credential wherever both are taken. */
const HOLD = 'SELECT 1 FROM integrations WHERE organization_id = $1 AND id = $2 FOR KEY SHARE';

/** Whose lease has gone to another, and whose credential was replaced, writes nothing. */
const FENCE = 'WHERE organization_id = $1 AND id = $2 AND lease_token = $3 AND revision = $4';
const RELEASED = 'lease_token = NULL, lease_until = NULL, refresh_claimed_until = NULL';

const EXTEND = `UPDATE integration_credentials SET lease_until = ${LEASE_END} ${FENCE} RETURNING 1`;

const withEvent = (update: string, from: number): string => {
  const parameter = (offset: number): string => `$${from + offset}`;
  return `WITH written AS (${update} RETURNING organization_id, integration_id), noted AS (
    INSERT INTO token_events (organization_id, id, integration_id, at, kind, cause, message, error_code, duration_ms,
      expires_at)
    SELECT organization_id, ${parameter(0)}::uuid, integration_id, ${parameter(1)}::timestamptz, ${parameter(2)},
      ${parameter(3)}, ${parameter(4)}, ${parameter(5)}, ${parameter(6)}::integer, ${parameter(7)}::timestamptz
    FROM written)
  SELECT integration_id FROM written`;
};

const STORE = withEvent(
  `UPDATE integration_credentials SET state = $5, sealed = $6, key_version = $7, previous_sealed = NULL,
     previous_key_version = NULL, field_names = $8, metadata = $9, expires_at = $10, refresh_at = $11,
     refreshed_at = $12, refresh_failures = 0, revision = revision + 1, updated_at = $12, ${RELEASED} ${FENCE}`,
  13,
);

const FAIL = withEvent(
  `UPDATE integration_credentials SET state = $5, metadata = $6, refresh_at = $7, refresh_failures = $8,
     previous_sealed = CASE WHEN $5 = 'revoked' THEN NULL ELSE previous_sealed END,
     previous_key_version = CASE WHEN $5 = 'revoked' THEN NULL ELSE previous_key_version END, ${RELEASED} ${FENCE}`,
  9,
);

const END = withEvent(
  `UPDATE integration_credentials SET state = 'expired', metadata = $4, refresh_at = NULL
   WHERE organization_id = $1 AND id = $2 AND revision = $3 AND state <> 'expired'`,
  5,
);

const eventValues = ({
  at,
  kind,
  cause,
  message,
  errorCode,
  durationMs,
  expiresAt,
}: TokenEvent): unknown[] => [newId(), at, kind, cause, message, errorCode, durationMs, expiresAt];

const fenceValues = ({ organizationId, credentialId, token, revision }: Lease): unknown[] => [
  organizationId,
  credentialId,
  token,
  revision,
];

type Run = (statement: { name: string; text: string; values: unknown[] }) => Promise<boolean>;

/** Statements of a refresh, each one round trip. */
@Injectable()
export class TokenLeasesRepository {
  constructor(private readonly database: Database) {}

  /**
   * Takes the lease, unless somebody has it or what was read is no longer so.
   * @returns the row as it is then; `interrupted` when whoever had the lease before never said how it went.
   */
  async claim(
    { organizationId, integrationId }: Place,
    read: Pick<TokenStanding, 'id' | 'revision' | 'refreshFailures'>,
    token: string,
  ): Promise<{ claimed: boolean; interrupted: boolean; row: LeasedRow | undefined }> {
    const [claimed, rows] = await this.database.tenantAtOnce<LeasedRow & { interrupted: boolean }>(
      organizationId,
      [
        {
          name: 'claim refresh',
          text: CLAIM,
          values: [
            organizationId,
            integrationId,
            read.id,
            read.revision,
            read.refreshFailures,
            token,
            REFRESHABLE_STATES,
          ],
        },
        { name: 'read tokens', text: READ, values: [organizationId, integrationId] },
      ],
    );
    const [taken] = claimed ?? [];
    return { claimed: taken !== undefined, interrupted: taken?.interrupted ?? false, row: rows?.[0] };
  }

  async read({ organizationId, integrationId }: Place): Promise<LeasedRow | undefined> {
    const [rows] = await this.database.tenantAtOnce<LeasedRow>(organizationId, [
      { name: 'read tokens', text: READ, values: [organizationId, integrationId] },
    ]);
    return rows?.[0];
  }

  /** Holds the lease for longer. @returns false when the lease or the version is another by now. */
  async extend(lease: Lease): Promise<boolean> {
    const [rows] = await this.database.tenantAtOnce(lease.organizationId, [
      { name: 'extend lease', text: EXTEND, values: fenceValues(lease) },
    ]);
    return (rows?.length ?? 0) > 0;
  }

  /** @returns false when the lease or the version is another by now: nothing is written then. */
  store(
    lease: Lease,
    { state, sealed, keyVersion, fieldNames, metadata, expiresAt, refreshAt }: SealedCredential,
    event: TokenEvent,
    manager?: EntityManager,
  ): Promise<boolean> {
    const values = [sealed, keyVersion, fieldNames, metadata, expiresAt, refreshAt, event.at];
    return this.runner(
      lease,
      manager,
    )({
      name: 'store refreshed',
      text: STORE,
      values: [...fenceValues(lease), state, ...values, ...eventValues(event)],
    });
  }

  /** @returns false as `store` does. */
  fail(
    lease: Lease,
    { state, metadata, refreshAt, refreshFailures }: RefreshState,
    event: TokenEvent,
    manager?: EntityManager,
  ): Promise<boolean> {
    return this.runner(
      lease,
      manager,
    )({
      name: 'note failed refresh',
      text: FAIL,
      values: [...fenceValues(lease), state, metadata, refreshAt, refreshFailures, ...eventValues(event)],
    });
  }

  /** The token has ended and there is nothing to refresh it with. @returns false when that is known, or it is another. */
  end(
    place: Place,
    { id, revision }: Pick<TokenStanding, 'id' | 'revision'>,
    metadata: CredentialMetadata,
    event: TokenEvent,
    manager: EntityManager,
  ): Promise<boolean> {
    return this.runner(
      place,
      manager,
    )({
      name: 'note ended token',
      text: END,
      values: [place.organizationId, id, revision, metadata, ...eventValues(event)],
    });
  }

  private runner({ organizationId, integrationId }: Place, manager: EntityManager | undefined): Run {
    if (manager) return async ({ text, values }) => (await manager.query<unknown[]>(text, values)).length > 0;
    return async (statement) => {
      const [, rows] = await this.database.tenantAtOnce(organizationId, [
        { name: 'hold integration', text: HOLD, values: [organizationId, integrationId] },
        statement,
      ]);
      return (rows?.length ?? 0) > 0;
    };
  }
}
