import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { Clock } from '../common/clock.js';
import type { AuditEntry, ChainHead } from './audit-chain.js';
import { AuditService, type TimedEntry } from './audit.service.js';

/**
 * Rows in one commit; more than this wait for the next one. Rows that wait, and the statement made of them, are what outlives
 * a collection of the young generation, and is copied by each: four times as many cost more there than they save in commits.
 */
const GROUP = 250;
/** Rows that may wait without anybody waiting for them; past that, callers do. */
const MOST_BEHIND = 10_000;
const CHAINS_IN_MEMORY = 10_000;

/** How long rows that nobody waits for gather: the more of them a commit takes, the less each costs. */
const GATHER_MS = 200;

interface Waiting extends TimedEntry {
  /** A caller waits for it. */
  awaited: boolean;
  settle: (failure?: unknown) => void;
}

/**
 * Rows that belong to no change, such as reads of a credential, which come by the thousand in a second. Those of one
 * organisation share commits: while one commit is under way the next group gathers, so that each row costs a fraction
 * of a commit and is still on disk before its caller is answered.
 */
@Injectable()
export class GroupedAudit implements OnApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private readonly gathering = new Map<string, Waiting[]>();
  private readonly writing = new Map<string, Promise<void>>();
  /** What ends the gathering of an organisation's rows. */
  private readonly gatherers = new Map<string, () => void>();
  private turning: Promise<void> | undefined;
  /** Where the chains ended when this process wrote to them last. */
  private readonly heads = new LRUCache<string, ChainHead>({ max: CHAINS_IN_MEMORY });

  constructor(
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /** Resolves once the row is durable. @throws what the database failed with; the row is not written then. */
  record(organizationId: string, entry: AuditEntry): Promise<void> {
    return new Promise((resolve, reject) => {
      this.add(organizationId, {
        entry,
        at: this.clock.date(),
        awaited: true,
        settle: (failure) => (failure === undefined ? resolve() : reject(failure as Error)),
      });
    });
  }

  /**
   * Writes the row soon, for organisations that prefer speed to certainty: rows not yet written are lost when the
   * process is killed. When too many wait, callers wait too.
   */
  async recordBehind(organizationId: string, entry: AuditEntry): Promise<void> {
    if ((this.gathering.get(organizationId)?.length ?? 0) >= MOST_BEHIND) {
      await this.record(organizationId, entry);
      return;
    }
    this.add(organizationId, {
      entry,
      at: this.clock.date(),
      awaited: false,
      settle: (failure) => {
        if (failure !== undefined)
          this.logger.error(
            `A row of the audit trail could not be written (${entry.action}): ${String(failure)}`,
          );
      },
    });
    await this.turn();
  }

  /** Everything that was given is written, or told as failed. */
  async flush(): Promise<void> {
    while (this.writing.size > 0) {
      for (const hurry of this.gatherers.values()) hurry();
      await Promise.all(this.writing.values());
    }
  }

  /** Once the last request is answered; the database closes after this module. */
  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /** Callers of one turn of the event loop go on together: answers that leave one by one wake whoever reads them each time. */
  private turn(): Promise<void> {
    this.turning ??= new Promise((resolve) =>
      setImmediate(() => {
        this.turning = undefined;
        resolve();
      }),
    );
    return this.turning;
  }

  private add(organizationId: string, row: Waiting): void {
    const group = this.gathering.get(organizationId);
    if (group) group.push(row);
    else this.gathering.set(organizationId, [row]);
    if (!this.writing.has(organizationId)) this.writing.set(organizationId, this.write(organizationId));
    if (row.awaited) this.gatherers.get(organizationId)?.();
  }

  /** Never throws: every row is told what became of it. */
  private async write(organizationId: string): Promise<void> {
    // What arrives in this turn of the event loop goes along.
    await new Promise((resolve) => setImmediate(resolve));
    for (;;) {
      await this.gather(organizationId);
      const gathered = this.gathering.get(organizationId);
      if (!gathered) break;
      const group = gathered.splice(0, GROUP);
      if (gathered.length === 0) this.gathering.delete(organizationId);
      let failure: unknown;
      try {
        await this.commit(organizationId, group);
      } catch (error) {
        failure = error;
      }
      for (const row of group) row.settle(failure);
    }
    // In the same step in which nothing was found: a row that comes later begins anew.
    this.writing.delete(organizationId);
  }

  private async gather(organizationId: string): Promise<void> {
    const gathered = this.gathering.get(organizationId);
    if (!gathered || gathered.length >= GROUP || gathered.some(({ awaited }) => awaited)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.gatherers.set(organizationId, () => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.gatherers.delete(organizationId);
  }

  /** Mostly nobody else writes to the chain in between: its end is known then, and need not be asked for. */
  private async commit(organizationId: string, group: Waiting[]): Promise<void> {
    const known = this.heads.get(organizationId);
    this.heads.delete(organizationId);
    const head =
      (known && (await this.audit.recordAfter(organizationId, known, group))) ??
      (await this.audit.recordTogether(organizationId, group));
    this.heads.set(organizationId, head);
  }
}
