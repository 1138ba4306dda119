import { Injectable } from '@nestjs/common';
import type { AuthWay, CredentialType, FieldValue, Manifest } from '@latchkey/catalogue';
import { LRUCache } from 'lru-cache';
import type { ProgramActor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { BatchLoader } from '../../common/batch-loader.js';
import { Clock } from '../../common/clock.js';
import { ChangeFeed } from '../../database/change-feed.js';
import { type CredentialFields, CredentialsService, versionOf } from '../../tokens/credentials.service.js';
import type { TokenStanding } from '../../tokens/oauth2/token-standing.js';
import { MaskedSecret } from '../../vault/masked-secret.js';
import { UnsealError } from '../../vault/sealed-format.js';
import type { SelectedResourceDto } from '../integration.dto.js';
import type { IntegrationStatus } from '../integration.entity.js';
import { IntegrationInput } from '../integration-input.js';
import { LiveConnectionsRepository, type LiveRow } from './live-connections.repository.js';

/** How long an opened credential is kept in memory, masked there. */
const LIFETIME_MS = 30_000;
const CONNECTIONS_IN_MEMORY = 5_000;

/** A saved integration with its credential in the clear, for one call of a program. */
export interface LiveConnection {
  organizationId: string;
  integrationId: string;
  name: string;
  typeId: string;
  authMode: string;
  status: IntegrationStatus;
  errorMessage: string | null;
  manifest: Manifest;
  way: AuthWay;
  config: Record<string, FieldValue>;
  credentialVersion: string;
  credentialType: CredentialType;
  fields: CredentialFields;
  expiresAt: Date | null;
  /** Of kind `oauth2`. */
  token?: TokenStanding;
  /** What of the account it is for. */
  selectedResources: SelectedResourceDto[];
}

/** Whose it must be, and what a service token is narrowed to; null: nothing. */
export type LiveCaller = Pick<ProgramActor, 'organizationId' | 'integrationIds' | 'integrationTypeIds'>;

interface Kept {
  connection: Omit<LiveConnection, 'fields'>;
  fields: MaskedSecret<CredentialFields>;
  validUntil: number;
}

/**
 * What programs use. Opened credentials are kept for a short time and forgotten when they change: at once in this
 * process, by notice in the others; while notices do not arrive nothing is kept.
 */
@Injectable()
export class LiveConnections {
  private readonly kept = new LRUCache<string, Kept>({
    max: CONNECTIONS_IN_MEMORY,
    dispose: ({ fields }) => fields.erase(),
  });
  private readonly rows: BatchLoader<LiveRow>;
  /** Counts what was forgotten: what was read before and arrives after is not kept. */
  private changes = 0;

  constructor(
    repository: LiveConnectionsRepository,
    private readonly credentials: CredentialsService,
    private readonly input: IntegrationInput,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
  ) {
    this.rows = new BatchLoader(
      async (organizationId, ids) =>
        new Map((await repository.findMany(organizationId, ids)).map((row) => [row.id, row])),
    );
    feed.on('integration', (organizationId, id) => this.forget(organizationId, id));
    feed.onGap(() => this.forgetAll());
  }

  /**
   * @throws AppError NOT_FOUND, also for what the token is not narrowed to; CONFLICT while it is disabled or its
   *   credential does not open; REAUTHORIZATION_REQUIRED
   */
  require(program: LiveCaller, requested: string): LiveConnection | Promise<LiveConnection> {
    const integrationId = requested.toLowerCase();
    if (program.integrationIds && !program.integrationIds.has(integrationId))
      throw AppError.notFound('integration');
    const kept = this.kept.get(`${program.organizationId} ${integrationId}`);
    if (kept && kept.validUntil > this.clock.now()) {
      return admit(program, { ...kept.connection, fields: kept.fields.reveal() });
    }
    return this.load(program.organizationId, integrationId).then((found) => admit(program, found));
  }

  /** It was changed here: this process forgets at once, the others as soon as they are told. */
  changed(organizationId: string, integrationId: string): void {
    this.forget(organizationId, integrationId);
    this.feed.announce('integration', organizationId, integrationId);
  }

  forget(organizationId: string, integrationId: string): void {
    this.changes += 1;
    this.kept.delete(`${organizationId} ${integrationId}`);
  }

  private forgetAll(): void {
    this.changes += 1;
    this.kept.clear();
  }

  private async load(organizationId: string, integrationId: string): Promise<LiveConnection> {
    const changes = this.changes;
    const row = await this.rows.load(organizationId, integrationId);
    if (!row) throw AppError.notFound('integration');
    const { fields, ...connection } = await this.open(organizationId, row);
    if (this.feed.connected && changes === this.changes) {
      this.kept.set(`${organizationId} ${integrationId}`, {
        connection,
        fields: new MaskedSecret(fields),
        validUntil: this.clock.now() + LIFETIME_MS,
      });
    }
    return { ...connection, fields };
  }

  private async open(organizationId: string, row: LiveRow): Promise<LiveConnection> {
    if (!row.credential_id)
      throw new AppError(
        'CONFLICT',
        `“${row.name}” has no credential. Enter it in Latchkey, then try again.`,
      );
    const type = this.input.savedType(row.integration_type_id, row.auth_mode);
    const { id, credential_id: credentialId, credential_type: credentialType, sealed } = row;
    try {
      const fields = await this.credentials.open({
        organizationId,
        id: credentialId,
        credentialType,
        sealed,
      });
      return {
        organizationId,
        integrationId: id,
        name: row.name,
        typeId: row.integration_type_id,
        authMode: row.auth_mode,
        status: row.status,
        errorMessage: row.error_message,
        ...type,
        config: row.config,
        credentialVersion: versionOf({ id: credentialId, revision: row.revision }),
        credentialType,
        fields,
        expiresAt: row.expires_at,
        selectedResources: row.selected_resources,
        ...(credentialType === 'oauth2' && { token: standingOf(row, credentialId) }),
      };
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      throw new AppError(
        'CONFLICT',
        `The stored credential of “${row.name}” cannot be opened. Enter it again in Latchkey, or restore the key it was sealed under.`,
        { cause: error },
      );
    }
  }
}

function standingOf(row: LiveRow, id: string): TokenStanding {
  return {
    id,
    revision: row.revision,
    state: row.state,
    expiresAt: row.expires_at,
    refreshAt: row.refresh_at,
    refreshedAt: row.refreshed_at,
    refreshFailures: row.refresh_failures,
    oauth: row.oauth ?? undefined,
  };
}

/** @throws AppError for what this program may not use, or nobody at this moment */
function admit(program: LiveCaller, connection: LiveConnection): LiveConnection {
  if (program.integrationTypeIds && !program.integrationTypeIds.has(connection.typeId))
    throw AppError.notFound('integration');
  if (connection.status === 'disabled')
    throw new AppError(
      'CONFLICT',
      `“${connection.name}” is disabled. Enable it in Latchkey, then try again.`,
      { details: { status: connection.status } },
    );
  if (connection.status === 'needs_reauth')
    throw new AppError(
      'REAUTHORIZATION_REQUIRED',
      `“${connection.name}” must be authorised again in Latchkey${connection.errorMessage ? `: ${connection.errorMessage}` : ''}.`,
      { details: { status: connection.status } },
    );
  return connection;
}
