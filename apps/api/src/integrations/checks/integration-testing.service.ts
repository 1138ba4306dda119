import { Injectable } from '@nestjs/common';
import type { Actor } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { connectionFailed } from './connection-failed.js';
import { IntegrationReader } from '../integration-reader.js';
import { OutcomeRecorder } from './outcome-recorder.js';
import { SavedConnections } from './saved-connections.js';

/** Tests that people ask for. */
@Injectable()
export class IntegrationTestingService {
  constructor(
    private readonly reader: IntegrationReader,
    private readonly saved: SavedConnections,
    private readonly recorder: OutcomeRecorder,
  ) {}

  /** Tests a saved integration and moves its state. @throws AppError NOT_FOUND, CONFLICT while disabled, REAUTHORIZATION_REQUIRED before the first consent, CONNECTION_FAILED */
  async test(
    actor: Actor,
    id: string,
  ): Promise<{ status: string; message: string; details: Record<string, unknown> }> {
    const row = await this.reader.require(actor, id);
    if (row.status === 'disabled')
      throw new AppError('CONFLICT', 'This integration is disabled. Enable it, then test it.');
    if (row.credential_type === 'oauth2' && !row.has_token)
      throw new AppError(
        'REAUTHORIZATION_REQUIRED',
        `“${row.name}” has not been authorised yet. Authorise it first; it is tested right after.`,
      );
    const { outcome, ...tried } = await this.saved.test(row.organization_id, id, 'test');
    const checked = { organizationId: row.organization_id, integrationId: id, ...tried };
    await this.recorder.record(checked, outcome, { kind: 'person', actor });
    if (!outcome.ok) throw connectionFailed(outcome);
    return {
      status: 'active',
      message: outcome.message,
      details: { ...outcome.details, response_time_ms: outcome.responseTimeMs },
    };
  }
}
