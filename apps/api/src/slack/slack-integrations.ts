import type { AnyActor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import type { IntegrationReader } from '../integrations/integration-reader.js';
import type { IntegrationRow } from '../integrations/integration.row.js';

export const SLACK = 'slack';

/** @throws AppError NOT_FOUND; CONFLICT for one of another type */
export async function requireSlack(
  reader: IntegrationReader,
  actor: AnyActor,
  id: string,
): Promise<IntegrationRow> {
  const row = await reader.require(actor, id);
  if (row.integration_type_id === SLACK) return row;
  throw new AppError('CONFLICT', `“${row.name}” is not a Slack integration.`);
}
