import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor.js';
import {
  type CredentialFields,
  CredentialsService,
  isUnauthorised,
  type SealedCredential,
  versionOf,
} from '../../tokens/credentials.service.js';
import { CredentialUnusableError } from '../../tokens/credential-unusable.error.js';
import { OAuthClients } from '../../tokens/oauth2/oauth-clients.js';
import { ClientReplacement } from './client-replacement.js';
import { connectionFailed } from '../checks/connection-failed.js';
import type { Connection, TestFailure } from '../checks/connection-tester.js';
import { IntegrationTokens } from '../tokens/integration-tokens.js';
import type { IntegrationRow } from '../integration.row.js';
import { StoredSources } from '../tokens/stored-sources.js';
import { TokenRevocation } from '../tokens/token-revocation.js';

const TOKENS = ['access_token', 'refresh_token'];

const tokensOf = (fields: CredentialFields): CredentialFields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => TOKENS.includes(name)));

/** What belongs to the same client and was not entered again (Slack's signing secret) stays. */
function withTheRest(before: CredentialFields, entered: Connection): Connection {
  const { way, credentials } = entered;
  const rest = Object.entries(before).filter(
    ([name]) => Object.hasOwn(way.schema.properties, name) && !name.startsWith('client_'),
  );
  return { ...entered, credentials: { ...Object.fromEntries(rest), ...credentials } };
}

/** Nothing says whether the provider would take another secret: there is no consent, or nothing to refresh with. */
const cannotBeTried = (credential: SealedCredential, { status }: IntegrationRow): boolean =>
  isUnauthorised(credential) ||
  status === 'disabled' ||
  credential.state === 'revoked' ||
  !credential.metadata.oauth?.refreshable;

/**
 * OAuth clients that somebody entered for a saved integration. Another secret of the same client needs no new consent:
 * it is proven by a refresh, and kept beside the tokens. With another client the tokens are of no use.
 */
@Injectable()
export class EnteredClients {
  constructor(
    private readonly sources: StoredSources,
    private readonly credentials: CredentialsService,
    private readonly clients: OAuthClients,
    private readonly replacement: ClientReplacement,
    private readonly tokens: IntegrationTokens,
    private readonly revocation: TokenRevocation,
  ) {}

  /**
   * @returns what to tell the person
   * @throws AppError CONNECTION_FAILED when the provider refuses the client, and the old one stays; CONFLICT
   */
  async keep(actor: Actor, row: IntegrationRow, entered: Connection): Promise<string> {
    const { credential, source } = await this.sources.load(row.organization_id, row.id);
    const isSame =
      row.auth_mode === entered.way.id && source !== null && this.isSameClient(source.fields, entered);
    if (!isSame || !credential) return this.startAnew(actor, row, entered);
    const client = withTheRest(source.fields, entered);
    const { name } = client.manifest;
    if (!cannotBeTried(credential, row)) return this.prove(actor, row, client, source.fields);
    await this.keepBeside(actor, credential, { ...client.credentials, ...tokensOf(source.fields) });
    return isUnauthorised(credential)
      ? `The client is kept. Authorise the integration at ${name} to finish connecting.`
      : `The client is kept. It could not be tried now; it is used when ${name} is asked for a token next.`;
  }

  private isSameClient(before: CredentialFields, { credentials: after, ...place }: Connection): boolean {
    const [one, other] = [this.clients.resolve(place, before), this.clients.resolve(place, after)];
    return one !== undefined && one.id === other?.id && one.of === other.of;
  }

  /** Tokens of another client, or none at all: somebody has to consent. */
  private async startAnew(actor: Actor, row: IntegrationRow, entered: Connection): Promise<string> {
    const { organization_id: organizationId, id } = row;
    const { way, credentials, manifest } = entered;
    if (row.credential_type === 'oauth2') await this.revocation.withdraw(organizationId, id);
    const made = { credentialType: way.credential_type, fields: credentials, expiresAt: null, proven: false };
    await this.replacement.startAnew(actor, await this.credentials.seal(organizationId, id, made), way.id);
    return `The client is kept. Authorise the integration at ${manifest.name} with it; the access of before has ended.`;
  }

  private async prove(
    actor: Actor,
    row: IntegrationRow,
    entered: Connection,
    before: CredentialFields,
  ): Promise<string> {
    const { organization_id: organizationId, id } = row;
    const started = performance.now();
    try {
      await this.tokens.tryClient(organizationId, id, entered.credentials);
    } catch (error) {
      if (!(error instanceof CredentialUnusableError)) throw error;
      if (error.needsConsent) return this.keepWithoutConsent(actor, row, entered, before);
      const { kind, reason, hint, statusCode } = error;
      const failure: TestFailure = {
        ok: false,
        kind,
        reason,
        hint,
        statusCode,
        message: `${entered.manifest.name} did not take the client`,
        credentialRefused: false,
        responseTimeMs: Math.round(performance.now() - started),
      };
      await this.replacement.refuse(actor, organizationId, id, failure);
      throw connectionFailed(failure);
    }
    await this.replacement.note(actor, organizationId, id, Object.keys(entered.credentials).sort());
    return `${entered.manifest.name} takes the client; the integration stays authorised.`;
  }

  /** The provider knew the client, and said that the consent has ended. */
  private async keepWithoutConsent(
    actor: Actor,
    { organization_id: organizationId, id }: IntegrationRow,
    { manifest, credentials }: Connection,
    before: CredentialFields,
  ): Promise<string> {
    const credential = await this.credentials.find(organizationId, id);
    if (credential) await this.keepBeside(actor, credential, { ...credentials, ...tokensOf(before) });
    return `${manifest.name} takes the client, but the authorisation has ended. Authorise the integration again.`;
  }

  private async keepBeside(actor: Actor, before: SealedCredential, fields: CredentialFields): Promise<void> {
    const { organizationId, integrationId, credentialType, expiresAt, refreshAt, metadata, id } = before;
    const made = { credentialType, fields, expiresAt, refreshAt, oauth: metadata.oauth, proven: false };
    const credential = await this.credentials.seal(organizationId, integrationId, made, id);
    await this.replacement.keepBeside(actor, credential, versionOf(before));
  }
}
