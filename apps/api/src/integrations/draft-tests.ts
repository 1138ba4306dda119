import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type Actor, organizationOf } from '../common/actor.js';
import { connectionFailed } from './connection-failed.js';
import { type Connection, ConnectionTester, type TestSuccess } from './connection-tester.js';
import type { TestIntegrationDto } from './integration.dto.js';
import { IntegrationInput } from './integration-input.js';

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
    const { message, details, responseTimeMs } = await this.require(actor, this.input.connection(dto));
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
