import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { isUUID } from 'class-validator';
import { type AnyActor, NIL_ORGANIZATION } from '../common/actor.js';
import type { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import type { AuthenticatedRequest } from '../common/decorators.js';
import type { AuditEntry } from './audit-chain.js';
import { AuditService } from './audit.service.js';
import { type Repeated, RefusalWindows } from './refusal-windows.js';

const LOOK_MS = 5000;

const nameOf = (actor: AnyActor): string => (actor.kind === 'user' ? actor.userId : actor.tokenId);

/** One row for all of them, from where the last one came. */
const rowFor = ({ last, times, ids }: Repeated): AuditEntry => ({
  ...last,
  resourceId: null,
  metadata: { ...last.metadata, repeated: times, ids: [...ids] },
});

/**
 * Records that somebody asked for an id that is not there or not theirs, or for more than they may do.
 * Another organisation's id looks like one that nobody has, so both are recorded. Who goes on and on is counted: a row for
 * each call would fill the trail and hold the chain, which every other change in the organisation waits for.
 */
@Injectable()
export class RefusalRecorder implements OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private readonly windows = new RefusalWindows();
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** To be called before the refusal is answered. */
  async record(request: AuthenticatedRequest, { code, details }: AppError): Promise<void> {
    const actor = request.actor ?? request.program;
    if (!actor || (code !== 'NOT_FOUND' && code !== 'FORBIDDEN')) return;
    const id = Object.values((request.params ?? {}) as Record<string, string>).findLast((value) =>
      isUUID(value),
    );
    const permission = details?.permission;
    if (id === undefined && permission === undefined) return;
    const { method, url } = request.routeOptions;
    await this.recordOrCount(actor, `${String(method)} ${url} ${String(permission)}`, {
      actor,
      action: 'access.denied',
      resourceType: permission === undefined ? 'resource' : 'permission',
      resourceId: id ?? null,
      outcome: 'blocked',
      metadata: permission === undefined ? { route: `${request.method} ${url}` } : { permission },
    });
  }

  /** Writes what was counted in minutes that are over. */
  @Interval(LOOK_MS)
  writeCounted(until = this.clock.now()): Promise<void> {
    this.writing = this.writing.then(() => this.write(until));
    return this.writing;
  }

  /** Once the last request is answered; the database closes after this module. */
  async onApplicationShutdown(): Promise<void> {
    await this.writeCounted(Infinity);
  }

  private async recordOrCount(actor: AnyActor, route: string, entry: AuditEntry): Promise<void> {
    const organization = actor.organizationId ?? NIL_ORGANIZATION;
    const caller = `${organization} ${nameOf(actor)} ${route}`;
    const count = () => this.windows.count(caller, organization, entry, this.clock.now());
    if (!this.windows.hasRow(caller, this.clock.now())) return count();
    try {
      await this.audit.recordAlone(organization, entry);
    } catch (error) {
      count();
      throw error;
    }
  }

  private async write(until: number): Promise<void> {
    const byOrganization = Map.groupBy(this.windows.take(until), ({ organizationId }) => organizationId);
    for (const [organizationId, repeated] of byOrganization) {
      const at = this.clock.date();
      try {
        await this.audit.recordTogether(
          organizationId,
          repeated.map((each) => ({ entry: rowFor(each), at })),
        );
      } catch (error) {
        this.logger.warn(
          `Repeated refusals could not be written and are kept for the next time: ${(error as Error).message}`,
        );
        this.windows.keep(repeated);
      }
    }
  }
}
