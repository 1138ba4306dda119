import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { PreparedStatement } from './prepared-statement.js';
import { StatementBatch } from './statement-batch.js';

/**
 * A connection whose statements do not wait for the answers to those before (pg's `pipeline`; libpq's documentation,
 * "Pipeline Mode"). What is said in one turn of the event loop leaves with one system call, which costs more than the bytes.
 */
export class PipelinedClient extends pg.Client {
  /** Called before each statement that comes by itself. */
  before: (() => void) | undefined;
  private holding = false;

  // oxlint-disable-next-line typescript/no-explicit-any -- as many forms as pg's own
  override query(...parameters: any[]): any {
    this.before?.();
    const answer = this.submit(...parameters);
    // Whoever waits for the answer comes after this.
    if (answer instanceof Promise) answer.catch((error: unknown) => this.leaveWhereEnded(error));
    return answer;
  }

  /**
   * @param quiet come first, and nobody needs their rows
   * @returns what each of those asked answered
   * @throws what the first one failed with; those after it are not carried out
   */
  async batch<T extends pg.QueryResultRow>(
    quiet: PreparedStatement[],
    asked: PreparedStatement[] = [],
  ): Promise<pg.QueryResult<T>[]> {
    try {
      return await new Promise((resolve, reject) => {
        const batch = new StatementBatch(quiet, asked, (error, results) => {
          if (error) reject(error);
          else resolve(asked.length === 0 ? [] : [results].flat());
        });
        this.submit(batch);
      });
    } catch (error) {
      this.leaveWhereEnded(error);
      // It leads to whoever waits, and not to the socket.
      Error.captureStackTrace(error as Error);
      throw error;
    }
  }

  /** PostgreSQL says why it ends the connection before it does; no pool may hand it out in between. */
  private leaveWhereEnded(failure: unknown): void {
    if ((failure as { severity?: string }).severity === 'FATAL') this.end().catch(() => undefined);
  }

  private submit(...parameters: unknown[]): unknown {
    this.hold();
    return (super.query as (...all: unknown[]) => unknown)(...parameters);
  }

  private hold(): void {
    if (this.holding) return;
    this.holding = true;
    const { stream } = (this as unknown as { connection: { stream: Duplex } }).connection;
    stream.cork();
    // After the promises that are settled now have gone on.
    process.nextTick(() => {
      this.holding = false;
      stream.uncork();
    });
  }
}

/** Of a pool whose connections are such. */
export const PIPELINED = { pipeline: true, Client: PipelinedClient };
