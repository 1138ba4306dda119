import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import {
  type AuditEntry,
  type AuditRow,
  type ChainHead,
  chainHash,
  GENESIS,
  nextRow,
  rowOf,
} from './audit-chain.js';
import { AuditRepository } from './audit.repository.js';

/** An entry, and when it happened. */
export interface TimedEntry {
  entry: AuditEntry;
  at: Date;
}

const VERIFY_BATCH = 1000;

/** The append-only trail: each row carries the hash of the one before it in its organisation. */
@Injectable()
export class AuditService {
  constructor(
    private readonly repository: AuditRepository,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * Writes a row in the transaction of what it tells of, whose commit fails when it cannot be written. It locks the
   * organisation's chain until that transaction ends, so it is called last: it travels with the commit then.
   */
  async record(manager: EntityManager, organizationId: string, entry: AuditEntry): Promise<void> {
    this.repository.follow(manager, rowOf(organizationId, entry, this.clock.date()));
  }

  /** Writes a row on its own: what was refused changed nothing that it could be written with. */
  async recordAlone(organizationId: string | null, entry: AuditEntry): Promise<void> {
    const organization = organizationId ?? NIL_ORGANIZATION;
    await this.database.tenant(organization, (manager) => this.record(manager, organization, entry));
  }

  /** Writes many rows on their own: one lock of the chain, one commit. @returns the end of the chain. */
  recordTogether(organizationId: string, entries: TimedEntry[]): Promise<ChainHead> {
    return this.database.tenant(organizationId, (manager) => this.append(manager, organizationId, entries));
  }

  /**
   * Like `recordTogether`, in one round trip, where the chain still ends as it did when this process wrote to it last.
   * @returns the end of the chain; undefined when somebody else wrote meanwhile, and nothing was written.
   */
  async recordAfter(
    organizationId: string,
    head: ChainHead,
    entries: TimedEntry[],
  ): Promise<ChainHead | undefined> {
    const rows = rowsAfter(head, organizationId, entries);
    const written = await this.repository.appendAfter(organizationId, head, rows);
    return written ? endOf(rows, head) : undefined;
  }

  /** Recomputes the whole chain of an organisation and names the first row that does not fit. */
  async verify(
    organizationId: string,
  ): Promise<{ valid: boolean; rows: number; first_broken_sequence: number | null }> {
    let previous: Buffer = GENESIS.hash;
    let sequence = 0;
    for (;;) {
      // The head first: when no row follows then, nothing was written between the two reads.
      const head = (await this.repository.readHead(organizationId)) ?? GENESIS;
      const rows = await this.repository.readChain(organizationId, sequence, VERIFY_BATCH);
      if (rows.length === 0) {
        const complete = head.sequence === sequence && head.hash.equals(previous);
        return { valid: complete, rows: sequence, first_broken_sequence: complete ? null : sequence + 1 };
      }
      for (const { hash, previous_hash: stated, ...row } of rows) {
        const intact =
          row.sequence === sequence + 1 && stated.equals(previous) && chainHash(row, previous).equals(hash);
        if (!intact) return { valid: false, rows: sequence, first_broken_sequence: sequence + 1 };
        previous = hash;
        sequence = row.sequence;
      }
    }
  }

  private async append(
    manager: EntityManager,
    organizationId: string,
    entries: TimedEntry[],
  ): Promise<ChainHead> {
    const head = await this.repository.lockHead(manager, organizationId);
    const rows = rowsAfter(head, organizationId, entries);
    await this.repository.append(manager, rows);
    return endOf(rows, head);
  }
}

function rowsAfter(head: ChainHead, organizationId: string, entries: TimedEntry[]): AuditRow[] {
  const rows: AuditRow[] = [];
  for (const { entry, at } of entries) rows.push(nextRow(rows.at(-1) ?? head, organizationId, entry, at));
  return rows;
}

function endOf(rows: AuditRow[], head: ChainHead): ChainHead {
  const { sequence, hash } = rows.at(-1) ?? head;
  return { sequence, hash };
}
