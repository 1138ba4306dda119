import { Injectable, Logger } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { type Actor, organizationOf } from '../../common/actor.js';
import { AppError } from '../../common/app-error.js';
import { IntegrationEditingService } from '../integration-editing.service.js';
import { IntegrationReader } from '../integration-reader.js';
import type { IntegrationRow } from '../integration.row.js';
import { IntegrationTestingService } from '../checks/integration-testing.service.js';
import { TokenRefreshes } from '../tokens/token-refreshes.service.js';
import type { BulkOperation, ItemOutcome } from './bulk-operations.repository.js';
import type { BulkAction } from './bulk.dto.js';

/** What the caller needs for an integration, besides `integrations:bulk`. */
const PERMISSIONS: Record<BulkAction, string> = {
  test: 'integrations:test',
  refresh_tokens: 'credentials:update',
  enable: 'integrations:update',
  disable: 'integrations:update',
  delete: 'integrations:delete',
  set_teams: 'integrations:update',
};

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);

/** In plain words, what went wrong and what to do about it. */
function wordsOf({ message, details }: AppError): string {
  const { reason, hint } = (details ?? {}) as { reason?: unknown; hint?: unknown };
  return [typeof reason === 'string' ? reason : message, hint]
    .filter((text): text is string => typeof text === 'string' && text !== '')
    .map(sentence)
    .join(' ');
}

/** Does with one integration what was asked for many, as its own route would, and says how it went. */
@Injectable()
export class BulkActions {
  private readonly logger = new Logger('Bulk');

  constructor(
    private readonly reader: IntegrationReader,
    private readonly editing: IntegrationEditingService,
    private readonly testing: IntegrationTestingService,
    private readonly tokens: TokenRefreshes,
    private readonly audit: AuditService,
  ) {}

  /** @param actor with what they may do now. */
  async carryOut(
    actor: Actor,
    { action, parameters }: Pick<BulkOperation, 'action' | 'parameters'>,
    id: string,
  ): Promise<ItemOutcome> {
    try {
      const permissions = ['integrations:bulk', PERMISSIONS[action]];
      const row = await this.reader.requirePermitted(actor, permissions, id);
      return { status: 'done', message: await this.act(actor, action, row, parameters.team_ids ?? []) };
    } catch (error) {
      return this.explain(actor, id, error);
    }
  }

  /** @returns what was done, also when it was so already: then nothing is done twice. */
  private async act(actor: Actor, action: BulkAction, row: IntegrationRow, teams: string[]): Promise<string> {
    switch (action) {
      case 'test':
        return (await this.testing.test(actor, row.id)).message;
      case 'refresh_tokens':
        return (await this.tokens.refresh(actor, row.id)).message;
      case 'enable':
        if (row.status !== 'disabled') return 'It was enabled already.';
        await this.editing.enable(actor, row.id);
        return 'Enabled.';
      case 'disable':
        if (row.status === 'disabled') return 'It was disabled already.';
        await this.editing.disable(actor, row.id);
        return 'Disabled.';
      case 'delete': {
        const { warnings } = await this.editing.delete(actor, row.id);
        return ['Deleted.', ...warnings.map(sentence)].join(' ');
      }
      case 'set_teams':
        if (
          new Set([...row.team_ids, ...teams]).size === row.team_ids.length &&
          teams.length === row.team_ids.length
        )
          return 'It had these teams already.';
        await this.editing.update(actor, row.id, { team_ids: teams });
        return 'Its teams were set.';
    }
  }

  private async explain(actor: Actor, id: string, error: unknown): Promise<ItemOutcome> {
    if (!(error instanceof AppError)) {
      this.logger.error(`Integration ${id}: ${(error as Error).stack ?? String(error)}`);
      return { status: 'failed', message: 'It failed through a fault of our own; the log has more.' };
    }
    if (error.code === 'FORBIDDEN') await this.recordDenial(actor, id, error);
    const nothingToDo = error.code === 'NOT_FOUND' || error.code === 'CONFLICT';
    return { status: nothingToDo ? 'skipped' : 'failed', message: wordsOf(error) };
  }

  private recordDenial(actor: Actor, id: string, { details }: AppError): Promise<void> {
    return this.audit.recordAlone(organizationOf(actor), {
      actor,
      action: 'access.denied',
      resourceType: 'permission',
      resourceId: id,
      outcome: 'blocked',
      metadata: { permission: details?.permission },
    });
  }
}
