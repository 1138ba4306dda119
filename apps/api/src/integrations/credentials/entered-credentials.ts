import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor.js';
import { CredentialsService } from '../../tokens/credentials.service.js';
import { credentialExpiry } from '../../tokens/structure/credential-structure.js';
import { connectionFailed } from '../checks/connection-failed.js';
import { type Connection, ConnectionTester } from '../checks/connection-tester.js';
import { CredentialReplacement } from './credential-replacement.js';
import type { IntegrationRow } from '../integration.row.js';
import { OutcomeRecorder } from '../checks/outcome-recorder.js';

/** Credentials that somebody entered in place of others: they must pass a test before they are kept. */
@Injectable()
export class EnteredCredentials {
  constructor(
    private readonly tester: ConnectionTester,
    private readonly credentials: CredentialsService,
    private readonly replacement: CredentialReplacement,
    private readonly recorder: OutcomeRecorder,
  ) {}

  /**
   * @returns what to tell the person
   * @throws AppError CONNECTION_FAILED, and the old ones stay
   */
  async keep(actor: Actor, row: IntegrationRow, { manifest, way, credentials }: Connection): Promise<string> {
    const { organization_id: organizationId, id, config } = row;
    const outcome = await this.tester.test({ manifest, way, config, credentials }, 'test');
    if (!outcome.ok) {
      await this.replacement.refuse(actor, organizationId, id, outcome);
      throw connectionFailed(outcome);
    }
    const current = await this.credentials.find(organizationId, id);
    const credential = await this.credentials.seal(
      organizationId,
      id,
      {
        credentialType: way.credential_type,
        fields: credentials,
        expiresAt: credentialExpiry(way.credential_type, credentials),
        proven: true,
      },
      // Of the same kind it takes the same row, which keeps the version before until this one is proven.
      current?.credentialType === way.credential_type && row.auth_mode === way.id ? current.id : undefined,
    );
    const credentialVersion = await this.replacement.keep(actor, credential, way.id);
    await this.recorder.record({ organizationId, integrationId: id, credentialVersion, config }, outcome, {
      kind: 'person',
      actor,
    });
    return 'The new credentials work and have replaced the old ones.';
  }
}
