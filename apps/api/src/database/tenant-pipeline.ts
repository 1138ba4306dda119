import type { Duplex } from 'node:stream';
import { Logger } from '@nestjs/common';
import pg from 'pg';

const CONNECTIONS = 6;

/** A statement that is prepared once per connection; `name` stands for `text`. */
export interface PreparedStatement {
  name: string;
  text: string;
  values: unknown[];
}

/**
 * Short units of work on the hot path: the beginning, the organisation, the statements and the commit travel together, one
 * round trip for all (pg's `pipeline`, libpq's documentation, "Pipeline Mode"). No statement can depend on the answer to
 * another; for that there is `Database.tenant`.
 */
export class TenantPipeline {
  private readonly pool: pg.Pool;

  constructor(connectionString: string) {
    this.pool = new pg.Pool({
      connectionString,
      max: CONNECTIONS,
      application_name: 'latchkey hot path',
      connectionTimeoutMillis: 10_000,
      pipeline: true,
    } as pg.PoolConfig);
    // One that ends while it is in use tells by its statements; without a listener it would end the process besides.
    this.pool.on('connect', (client) => client.on('error', () => undefined));
    this.pool.on('error', (error) =>
      new Logger('Database').warn(`A connection of the hot path ended: ${error.message}`),
    );
  }

  /** @returns the rows of each statement. @throws what the first one failed with; nothing is kept then. */
  async run<T extends pg.QueryResultRow>(
    organizationId: string,
    statements: PreparedStatement[],
  ): Promise<T[][]> {
    const client = await this.pool.connect();
    try {
      const results = await Promise.allSettled(
        inOneWrite(client, () => [
          client.query('BEGIN'),
          client.query({
            name: 'enter organization',
            text: "SELECT set_config('app.organization_id', $1, true)",
            values: [organizationId],
          }),
          ...statements.map((statement) => client.query<T>(statement)),
          // After a failure it rolls back.
          client.query('COMMIT'),
        ]),
      );
      const failed = results.find((result) => result.status === 'rejected');
      if (failed) throw failed.reason;
      return results
        .slice(2, -1)
        .map((result) => (result as PromiseFulfilledResult<pg.QueryResult<T>>).value.rows);
    } finally {
      client.release();
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** What the statements have to say leaves with one system call, which costs more than the bytes. */
function inOneWrite<T>(client: pg.PoolClient, send: () => T): T {
  const { stream } = (client as unknown as { connection: { stream: Duplex } }).connection;
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}
