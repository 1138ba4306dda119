import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../common/clock.js';
import { newId } from '../common/new-id.js';
import { VaultService } from '../vault/vault.service.js';
import type { CredentialFields } from './credential-fields.js';
import type { Credential } from './credential.entity.js';
import { type CredentialEvent, type Step, step, type Versions } from './credential-lifecycle.js';
import { CredentialsRepository } from './credentials.repository.js';
import type { OAuthMetadata, TokenStanding } from './oauth2/token-standing.js';

export type { CredentialFields } from './credential-fields.js';

/** A sealed credential as it is stored. */
export type SealedCredential = Credential;

const contextOf = (organizationId: string, id: string, credentialType: string) => ({
  organizationId,
  table: 'integration_credentials',
  rowId: id,
  purpose: credentialType,
});

/** Which secret of an integration was used: another one has another version. */
export const versionOf = ({ id, revision }: Pick<Credential, 'id' | 'revision'>): string =>
  `${id}/${revision}`;

/** What a credential is sealed from. */
export interface NewCredential {
  credentialType: string;
  fields: CredentialFields;
  /** When it ends by itself, where that is known (a certificate, an access token). */
  expiresAt: Date | null;
  /** The service accepted it already; of kind `oauth2`: its issuer has just made it. */
  proven: boolean;
  /** Of kind `oauth2`: when its tokens are refreshed next. */
  refreshAt?: Date | null;
  oauth?: OAuthMetadata;
}

/** What a check has to know of the credential that is stored now. */
export interface CredentialStanding {
  version: string;
  credentialType: string;
  /** Of kind `oauth2`, and nobody has consented yet. */
  unauthorised: boolean;
}

export const isUnauthorised = ({
  credentialType,
  fieldNames,
}: Pick<Credential, 'credentialType' | 'fieldNames'>): boolean =>
  credentialType === 'oauth2' && !fieldNames.includes('access_token');

/** What the row of an OAuth credential says of its tokens; undefined for other kinds. */
export function tokenStandingOf(credential: Credential): TokenStanding | undefined {
  if (credential.credentialType !== 'oauth2') return undefined;
  const { id, revision, state, expiresAt, refreshAt, refreshedAt, refreshFailures, metadata } = credential;
  return { id, revision, state, expiresAt, refreshAt, refreshedAt, refreshFailures, oauth: metadata.oauth };
}

/** The credential's life: sealed before it is stored, opened for a call, replaced as a whole. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly repository: CredentialsRepository,
    private readonly vault: VaultService,
    private readonly clock: Clock,
  ) {}

  find(organizationId: string, integrationId: string): Promise<Credential | null> {
    return this.repository.find(organizationId, integrationId);
  }

  /**
   * Seals outside of the transaction.
   * @param place the row it is sealed for; a new one by default.
   * @returns the row to be written inside of it.
   */
  async seal(
    organizationId: string,
    integrationId: string,
    { credentialType, fields, expiresAt, proven, refreshAt = null, oauth }: NewCredential,
    place: string = newId(),
  ): Promise<Credential> {
    const plaintext = Buffer.from(JSON.stringify(fields), 'utf8');
    const { sealed, keyVersion } = await this.vault.seal(
      contextOf(organizationId, place, credentialType),
      plaintext,
    );
    plaintext.fill(0);
    const now = this.clock.date();
    return {
      organizationId,
      id: place,
      integrationId,
      credentialType,
      state: proven ? 'active' : 'created',
      sealed,
      keyVersion,
      previousSealed: null,
      previousKeyVersion: null,
      revision: 1,
      fieldNames: Object.keys(fields).sort(),
      metadata: oauth ? { oauth } : {},
      expiresAt,
      refreshAt,
      refreshedAt: null,
      refreshFailures: 0,
      leaseToken: null,
      leaseUntil: null,
      lastUsedAt: null,
      createdAt: now,
      updatedAt: now,
    };
  }

  /** Which credential the integration has now. */
  async standing(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
  ): Promise<CredentialStanding | null> {
    const current = await this.repository.lock(manager, organizationId, integrationId);
    if (!current) return null;
    const { credentialType } = current;
    return { version: versionOf(current), credentialType, unauthorised: isUnauthorised(current) };
  }

  /** It is written with the transaction's other changes, or fails its commit. */
  async insert(manager: EntityManager, credential: Credential): Promise<void> {
    this.repository.insert(manager, credential);
  }

  /**
   * The new secret takes the old one's place. Sealed for the same row, it is a new version and the old one is kept until
   * the new one is proven; sealed for another, the old row goes. Tokens that their issuer has just made keep nothing of
   * before: it may be another account's, or used up. A refresh of the old ones that is under way comes to nothing.
   * @returns the version it has.
   */
  async replace(manager: EntityManager, credential: Credential): Promise<string> {
    const { organizationId, integrationId } = credential;
    const current = await this.repository.lock(manager, organizationId, integrationId);
    if (current?.id !== credential.id || current.credentialType !== credential.credentialType) {
      await this.repository.deleteOf(manager, organizationId, integrationId);
      this.repository.insert(manager, credential);
      return versionOf(credential);
    }
    const issued = credential.credentialType === 'oauth2' && credential.state === 'active';
    const event = issued ? 'authorised' : 'replaced';
    const next = step(current.state, event, current.previousSealed !== null);
    if (!next) throw new Error(`a credential that is ${current.state} cannot be replaced`);
    const { sealed, keyVersion, fieldNames, expiresAt, refreshAt, metadata } = credential;
    const { metadata: kept, ...versions } = changedVersions(current, next.versions);
    this.repository.update(manager, current, {
      sealed,
      keyVersion,
      fieldNames,
      expiresAt,
      refreshAt,
      ...NOT_REFRESHED,
      ...versions,
      metadata: { ...metadata, ...(kept?.previous && { previous: kept.previous }) },
      state: next.state,
      revision: current.revision + 1,
      updatedAt: this.clock.date(),
    });
    return versionOf({ id: current.id, revision: current.revision + 1 });
  }

  /** The same secret counts as another version from now on: what was derived from it is made anew, or refused. */
  async supersede(manager: EntityManager, organizationId: string, integrationId: string): Promise<void> {
    const current = await this.repository.lock(manager, organizationId, integrationId);
    if (current) this.repository.update(manager, current, { revision: current.revision + 1 });
  }

  /**
   * What a test taught about the current version: it was used, and was accepted or refused.
   * @returns true when it was refused and the version before, which had worked, is the current one again.
   */
  async learn(
    manager: EntityManager,
    organizationId: string,
    integrationId: string,
    event: 'proven' | 'refused' | null,
  ): Promise<boolean> {
    const current = await this.repository.lock(manager, organizationId, integrationId);
    if (!current) return false;
    const now = this.clock.date();
    const next = taught(current, event, now);
    this.repository.update(manager, current, {
      lastUsedAt: now,
      ...(next ? { state: next.state, ...changedVersions(current, next.versions) } : {}),
      ...(event === 'refused' && !next && markedRefused(current, now)),
    });
    return next?.versions === 'restore';
  }

  /** What it was made with is gone at the service, which says so; only another one helps. */
  async withdrawn(manager: EntityManager, organizationId: string, integrationId: string): Promise<void> {
    const current = await this.repository.lock(manager, organizationId, integrationId);
    const next = current && step(current.state, 'revoked', current.previousSealed !== null);
    if (!next) return;
    this.repository.update(manager, current, {
      state: next.state,
      ...changedVersions(current, next.versions),
    });
  }

  /**
   * Opens a credential. Whoever calls it records that, in the audit trail or the activity log.
   * @throws UnsealError when it cannot be opened.
   */
  async open({
    organizationId,
    id,
    credentialType,
    sealed,
  }: Pick<Credential, 'organizationId' | 'id' | 'credentialType' | 'sealed'>): Promise<CredentialFields> {
    const plaintext = await this.vault.open(contextOf(organizationId, id, credentialType), sealed);
    const fields = JSON.parse(plaintext.toString('utf8')) as CredentialFields;
    plaintext.fill(0);
    return fields;
  }
}

/**
 * What a test says of the current version. Tokens that are refused without a version to go back to are lost: as ended where
 * a refresh may still bring others, or their time is up, and else as withdrawn.
 */
function taught(
  { credentialType, state, previousSealed, expiresAt, metadata: { oauth } }: Credential,
  event: 'proven' | 'refused' | null,
  now: Date,
): Step | undefined {
  const ended = expiresAt !== null && expiresAt <= now;
  const happens = (what: CredentialEvent) => step(state, what, previousSealed !== null);
  if (event === null) return ended ? happens('expired') : undefined;
  // It was accepted before that was known.
  if (event === 'proven' && state === 'revoked' && oauth?.failure?.needs_consent) return undefined;
  const next = happens(event);
  if (next || event === 'proven' || credentialType !== 'oauth2') return next;
  return happens(ended || oauth?.refreshable ? 'expired' : 'revoked');
}

/**
 * A refusal with nothing to go back to is no state of its own: the secret is the one there is, programs are served with it,
 * and what errs may be the service. That it is refused, and since when, stands beside the state.
 */
function markedRefused({ credentialType, metadata }: Credential, now: Date): Partial<Credential> {
  if (credentialType === 'oauth2') return {};
  return { metadata: { ...metadata, refused_at: metadata.refused_at ?? now.toISOString() } };
}

/** No refresh has begun, succeeded or failed. */
const NOT_REFRESHED = { refreshedAt: null, refreshFailures: 0, leaseToken: null, leaseUntil: null };

const withoutPrevious = ({
  metadata: { previous: _previous, refused_at: _refusedAt, ...metadata },
}: Credential) => ({
  previousSealed: null,
  previousKeyVersion: null,
  metadata,
});

function changedVersions(current: Credential, versions: Versions): Partial<Credential> {
  if (versions === 'keep') return {};
  if (versions === 'settle' || versions === 'overwrite') return withoutPrevious(current);
  if (versions === 'restore') return restored(current);
  const { previousSealed, sealed, keyVersion, fieldNames, expiresAt, refreshAt, metadata } = current;
  if (previousSealed) return { metadata };
  const { oauth } = metadata;
  return {
    previousSealed: sealed,
    previousKeyVersion: keyVersion,
    metadata: {
      previous: {
        field_names: fieldNames,
        expires_at: expiresAt?.toISOString() ?? null,
        ...(oauth && { refresh_at: refreshAt?.toISOString() ?? null, oauth }),
      },
    },
  };
}

const dateOf = (text: string | null | undefined): Date | null =>
  text === null || text === undefined ? null : new Date(text);

function restored(current: Credential): Partial<Credential> {
  const { previousSealed, previousKeyVersion, metadata } = current;
  if (!previousSealed || previousKeyVersion === null) throw new Error('there is no version to go back to');
  const { previous } = metadata;
  return {
    sealed: previousSealed,
    keyVersion: previousKeyVersion,
    fieldNames: previous?.field_names ?? current.fieldNames,
    expiresAt: dateOf(previous?.expires_at),
    refreshAt: dateOf(previous?.refresh_at),
    ...NOT_REFRESHED,
    revision: current.revision + 1,
    previousSealed: null,
    previousKeyVersion: null,
    metadata: previous?.oauth ? { oauth: previous.oauth } : {},
  };
}
