import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { type Actor, organizationOf } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { connectionFailed } from './connection-failed.js';
import { type Connection, ConnectionTester, type TestSuccess } from './connection-tester.js';
import type { TestIntegrationDto } from '../integration.dto.js';
import { IntegrationInput } from '../integration-input.js';
import { needsConsent } from '../tokens/oauth-parties.js';

/** There is nothing to test before somebody has consented at the provider, which only what is saved can be. */
export function refuseUntestable({ manifest, way }: Connection, field: string): void {
  if (!needsConsent(way)) return;
  throw AppError.invalid({
    [field]: [
      `cannot be tested before it is authorised. Create the integration without a test, then authorise it at ${manifest.name}; it is tested right after`,
    ],
  });
}

/** Tests of values that are not saved. */
@Injectable()
export class DraftTests {
  constructor(
    private readonly input: IntegrationInput,
    private readonly tester: ConnectionTester,
    private readonly audit: AuditService,
  ) {}

  /** Keeps nothing. @throws AppError VALIDATION_FAILED, CONNECTION_FAILED */
  async test(
    actor: Actor,
    dto: TestIntegrationDto,
  ): Promise<{ status: string; message: string; details: Record<string, unknown> }> {
    const connection = this.input.connection(dto);
    refuseUntestable(connection, 'credentials.credential_type');
    const { message, details, responseTimeMs } = await this.require(actor, connection);
    return { status: 'active', message, details: { ...details, response_time_ms: responseTimeMs } };
  }

  /** @throws AppError CONNECTION_FAILED when it does not connect. */
  async require(actor: Actor, connection: Connection): Promise<TestSuccess> {
    const outcome = await this.tester.test(connection, 'test');
    await this.audit.recordAlone(organizationOf(actor), {
      actor,
      action: 'integration.draft_tested',
      resourceType: 'integration',
      resourceId: null,
      outcome: outcome.ok ? 'success' : 'failure',
      metadata: {
        integration_type_id: connection.manifest.id,
        ...(outcome.ok ? {} : { kind: outcome.kind }),
      },
    });
    if (!outcome.ok) throw connectionFailed(outcome);
    return outcome;
  }
}
