import pg from 'pg';
import type { PreparedStatement } from './prepared-statement.js';

/** What of pg's connection writes messages of the protocol. */
interface Wire {
  /** Texts by names. */
  parsedStatements: Record<string, string | undefined>;
  close(message: { type: 'S'; name: string }): void;
  parse(message: { name: string; text: string }): void;
  bind(message: { statement: string; values: unknown[] }): void;
  describe(message: { type: 'P'; name: string }): void;
  execute(message: { portal: string }): void;
  sync(): void;
}

/** @param results of those that were asked; of one alone not in an array. */
type Settled = (error: Error | null, results: pg.QueryResult | pg.QueryResult[]) => void;

const Query = pg.Query as unknown as new (
  text: string,
  values: undefined,
  settled: Settled,
) => {
  handleDataRow(message: unknown): void;
  handleCommandComplete(message: unknown, wire: Wire): void;
  handleReadyForQuery(wire: Wire): void;
};

/**
 * Prepared statements that go together, and are answered together after the last: each Sync costs both sides a system call.
 * Where no transaction is open and none of them begins one, they are one (PostgreSQL's documentation, "Pipelining").
 */
export class StatementBatch extends Query {
  private readonly statements: PreparedStatement[];
  /** Those that PostgreSQL has to learn on this connection. */
  private unknown: PreparedStatement[] = [];
  private done = 0;

  /** @param quiet come first; nobody needs their rows, so PostgreSQL is not asked what these look like. */
  constructor(
    private readonly quiet: PreparedStatement[],
    asked: PreparedStatement[],
    settled: Settled,
  ) {
    super('', undefined, settled);
    this.statements = [...quiet, ...asked];
  }

  /** Called by pg. @returns why it was not sent */
  submit(wire: Wire): Error | null {
    for (const statement of this.statements) {
      const known = wire.parsedStatements[statement.name];
      if (known === undefined) this.unknown.push(statement);
      else if (known !== statement.text)
        return new Error(`Two statements have the name '${statement.name}'.`);
    }
    let index = 0;
    for (const { name, text, values } of this.statements) {
      if (wire.parsedStatements[name] === undefined) {
        // It may have been prepared in a batch that failed after it.
        wire.close({ type: 'S', name });
        wire.parse({ name, text });
      }
      wire.bind({ statement: name, values });
      if (index >= this.quiet.length) wire.describe({ type: 'P', name: '' });
      wire.execute({ portal: '' });
      index += 1;
    }
    wire.sync();
    return null;
  }

  /** Called by pg. */
  override handleDataRow(message: unknown): void {
    if (this.done >= this.quiet.length) super.handleDataRow(message);
  }

  /** Called by pg. */
  override handleCommandComplete(message: unknown, wire: Wire): void {
    if (this.done >= this.quiet.length) super.handleCommandComplete(message, wire);
    this.done += 1;
  }

  /** Called by pg when all were carried out. */
  override handleReadyForQuery(wire: Wire): void {
    for (const { name, text } of this.unknown) wire.parsedStatements[name] = text;
    super.handleReadyForQuery(wire);
  }
}
