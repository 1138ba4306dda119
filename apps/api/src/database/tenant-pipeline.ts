import { Logger } from '@nestjs/common';
import pg from 'pg';
import { PIPELINED, type PipelinedClient } from './pipelined-client.js';
import { type PreparedStatement, written } from './prepared-statement.js';

const CONNECTIONS = 6;

/**
 * Short units of work on the hot path: the organisation and the statements are one batch and one transaction, in one round
 * trip. No statement can depend on the answer to another; for that there is `Database.tenant`.
 */
export class TenantPipeline {
  private readonly pool: pg.Pool;

  constructor(connectionString: string) {
    this.pool = new pg.Pool({
      connectionString,
      max: CONNECTIONS,
      application_name: 'latchkey hot path',
      connectionTimeoutMillis: 10_000,
      ...PIPELINED,
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
    const all = statements.map(written);
    const client = (await this.pool.connect()) as pg.PoolClient & PipelinedClient;
    try {
      const results = await client.batch<T>([entering(organizationId)], all);
      return results.map(({ rows }) => rows);
    } finally {
      client.release();
    }
  }

  close(): Promise<void> {
    return this.pool.end();
  }
}

/** Only rows of this organisation can be seen or made until the transaction ends. */
export const entering = (organizationId: string): PreparedStatement => ({
  name: 'enter organization',
  text: "SELECT set_config('app.organization_id', $1, true)",
  values: [organizationId],
});
