import { Injectable } from '@nestjs/common';
import type { AuditEntry } from '../audit/audit-chain.js';
import { AuditService } from '../audit/audit.service.js';
import { GroupedAudit } from '../audit/grouped-audit.js';
import { type Actor, NIL_ORGANIZATION, type RequestOrigin } from '../common/actor.js';
import type { ErrorCode } from '../common/app-error.js';
import { Database } from '../database/database.js';
import type { Why } from './flow-refusals.js';
import { type FlowRow, FlowStatesRepository } from './flow-states.repository.js';

/** What the audit trail says of the beginning of a flow. */
export type FlowAudit = Pick<AuditEntry, 'action' | 'resourceType' | 'resourceId' | 'metadata'>;

/** Writes flows down: that they began, and answers that were not taken. */
@Injectable()
export class FlowJournal {
  constructor(
    private readonly database: Database,
    private readonly repository: FlowStatesRepository,
    private readonly audit: AuditService,
    private readonly grouped: GroupedAudit,
  ) {}

  async begin(actor: Actor, flow: FlowRow, audit: FlowAudit | undefined): Promise<void> {
    const { organizationId } = flow;
    await this.database.tenant(organizationId, async (manager) => {
      await this.repository.insert(manager, organizationId, flow);
      if (audit) await this.audit.record(manager, organizationId, { ...audit, actor, outcome: 'success' });
    });
  }

  /**
   * In the trail of whoever tried, where that is known; else of the organisation whose flow it was. What belongs to no
   * flow is the installation's, and anybody can send that as often as they like: nobody waits for those rows.
   */
  async refused(
    code: ErrorCode,
    why: Why,
    flow: FlowRow | undefined,
    by: Actor | RequestOrigin,
  ): Promise<void> {
    const actor = 'kind' in by ? by : { kind: 'anonymous' as const, origin: by };
    const organizationId = ('kind' in by ? by.organizationId : flow?.organizationId) ?? NIL_ORGANIZATION;
    const isTheirs = flow?.organizationId === organizationId;
    const entry: AuditEntry = {
      actor,
      action: 'oauth.state_refused',
      resourceType: isTheirs && flow.integrationId ? 'integration' : 'flow',
      resourceId: isTheirs ? flow.integrationId : null,
      outcome: 'blocked',
      metadata: { code, reason: why, ...(isTheirs ? { purpose: flow.purpose } : {}) },
    };
    await (organizationId === NIL_ORGANIZATION
      ? this.grouped.recordBehind(organizationId, entry)
      : this.audit.recordAlone(organizationId, entry));
  }
}
