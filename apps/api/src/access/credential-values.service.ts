import { Injectable } from '@nestjs/common';
import { GroupedAudit } from '../audit/grouped-audit.js';
import type { ProgramActor } from '../common/actor.js';
import { OrganizationSettings } from '../identity/organization-settings.js';
import { type LiveConnection, LiveConnections } from '../integrations/credentials/live-connections.js';
import { explainUnusable } from '../integrations/tokens/unusable-credential.js';
import { type UsableCredential, UsableCredentials } from '../tokens/usable-credentials.js';
import { UsageCounter } from '../usage/usage-counter.js';
import type { CredentialValueDto } from './credential-value.dto.js';

/** Credentials for programs: fresh, and never without a row in the audit trail. */
@Injectable()
export class CredentialValues {
  constructor(
    private readonly connections: LiveConnections,
    private readonly credentials: UsableCredentials,
    private readonly audit: GroupedAudit,
    private readonly settings: OrganizationSettings,
    private readonly usage: UsageCounter,
  ) {}

  /** @throws AppError NOT_FOUND, CONFLICT, REAUTHORIZATION_REQUIRED, UPSTREAM_ERROR when no fresh one can be had */
  async read(program: ProgramActor, id: string): Promise<{ credential: CredentialValueDto }> {
    const connection = await this.connections.require(program, id);
    const { value, expiresAt } = await this.usable(connection);
    await this.record(program, connection);
    this.usage.countRead(program.organizationId, id);
    return {
      credential: {
        integration_id: id,
        integration_type_id: connection.typeId,
        credential_type: connection.credentialType,
        auth_mode: connection.authMode,
        status: connection.status,
        values: value,
        // Of what is stored, unless something was made of it or another was stored meanwhile.
        expires_at: connection.credentialType === 'oauth2' ? expiresAt : (expiresAt ?? connection.expiresAt),
        selected_resources: connection.selectedResources,
      },
    };
  }

  private async usable(connection: LiveConnection): Promise<UsableCredential> {
    try {
      return await this.credentials.get(connection);
    } catch (error) {
      throw explainUnusable(error, connection.name);
    }
  }

  private async record(
    actor: ProgramActor,
    { integrationId, credentialType }: LiveConnection,
  ): Promise<void> {
    const entry = {
      actor,
      action: 'credentials.read',
      resourceType: 'integration',
      resourceId: integrationId,
      outcome: 'success' as const,
      metadata: { credential_type: credentialType },
    };
    const preference = await this.settings.auditOfReads(actor.organizationId);
    await (preference === 'durable'
      ? this.audit.record(actor.organizationId, entry)
      : this.audit.recordBehind(actor.organizationId, entry));
  }
}
