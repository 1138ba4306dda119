import type pg from 'pg';
import type { EntityManager } from 'typeorm';
import type { PipelinedClient } from './pipelined-client.js';
import { type PreparedStatement, written } from './prepared-statement.js';

const BEGIN: PreparedStatement = { name: 'begin', text: 'BEGIN', values: [] };
const COMMIT: PreparedStatement = { name: 'commit', text: 'COMMIT', values: [] };

/**
 * A transaction on a connection of its own. It begins with the first statement whose answer is awaited; what is only sent
 * waits for the next of those, or for the commit, and goes along.
 */
export class UnitOfWork {
  private waiting: PreparedStatement[] = [];
  /** What was not awaited failed with this. */
  private failure: { cause: unknown } | undefined;
  private begun = false;
  private open = true;

  /** @param setting comes first in the transaction. */
  constructor(
    private readonly client: PipelinedClient,
    manager: EntityManager,
    private readonly setting: PreparedStatement[],
  ) {
    manager.queryRunner!.data.unit = this;
    client.before = () => this.makeWay();
  }

  send(statement: PreparedStatement): void {
    this.requireOpen();
    this.waiting.push(written(statement));
  }

  async run<T extends pg.QueryResultRow>(statement: PreparedStatement): Promise<T[]> {
    this.requireOpen();
    const results = await this.leave<T>(written(statement));
    return results.at(-1)!.rows;
  }

  /** Nothing is kept when it throws, unless the connection ended: then everything or nothing. */
  async commit(): Promise<void> {
    if (this.failure) throw this.failure.cause;
    this.close();
    if (!this.begun) {
      if (this.waiting.length > 0) await this.client.batch([...this.setting, ...this.waiting]);
      return;
    }
    const results = await this.leave(COMMIT);
    this.begun = false;
    // PostgreSQL's answer where a statement had failed before, and whoever sent it did not mind.
    if (results.at(-1)!.command !== 'COMMIT')
      throw new Error('the transaction had failed and was rolled back');
  }

  /** @returns what to throw: where something that was only sent had failed, that, and not what came of it. */
  async rollBack(thrown: unknown): Promise<unknown> {
    this.close();
    if (this.begun) await this.client.query('ROLLBACK').catch(() => undefined);
    return this.failure && isOfFailedTransaction(thrown) ? this.failure.cause : thrown;
  }

  /** Before a statement that comes by itself. */
  private makeWay(): void {
    if (this.begun && this.waiting.length === 0) return;
    this.leave().catch((error: unknown) => (this.failure ??= { cause: error }));
  }

  private leave<T extends pg.QueryResultRow>(...asked: PreparedStatement[]): Promise<pg.QueryResult<T>[]> {
    const first = this.begun ? [] : [BEGIN, ...this.setting];
    const quiet = [...first, ...this.waiting];
    this.begun = true;
    this.waiting = [];
    return this.client.batch<T>(quiet, asked);
  }

  private close(): void {
    this.open = false;
    this.client.before = undefined;
  }

  /** Work that goes on after another part of it failed has no transaction, and its connection may be somebody else's. */
  private requireOpen(): void {
    if (!this.open) throw new Error('the transaction has ended');
  }
}

function isOfFailedTransaction(error: unknown): boolean {
  const { code } = ((error as { driverError?: unknown }).driverError ?? error) as { code?: string };
  return code === '25P02';
}

function unitOf(manager: EntityManager): UnitOfWork {
  const unit = manager.queryRunner?.data.unit as UnitOfWork | undefined;
  if (!unit) throw new Error('this manager belongs to no unit of work');
  return unit;
}

/**
 * Sends a statement whose answer nobody needs, at the latest with the commit, which fails when the statement does, and
 * nothing is kept then.
 */
export function send(manager: EntityManager, statement: PreparedStatement): void {
  unitOf(manager).send(statement);
}

/** @returns the rows of a prepared statement. */
export function run<T extends pg.QueryResultRow>(
  manager: EntityManager,
  statement: PreparedStatement,
): Promise<T[]> {
  return unitOf(manager).run<T>(statement);
}
