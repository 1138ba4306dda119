import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type EntityManager, type ObjectLiteral } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import { select } from './entity-statements.js';
import type { PipelinedClient } from './pipelined-client.js';
import type { PreparedStatement } from './prepared-statement.js';
import { entering, type TenantPipeline } from './tenant-pipeline.js';
import { send, UnitOfWork } from './unit-of-work.js';

/**
 * Units of work. Each runs in one transaction that says for whom it works; row level security does the rest.
 * Nothing slow or networked belongs inside one.
 */
@Injectable()
export class Database implements OnApplicationShutdown {
  constructor(
    private readonly source: DataSource,
    private readonly system: pg.Pool,
    private readonly pipeline: TenantPipeline,
  ) {}

  /** Work in one organisation: only its rows can be seen or made. */
  tenant<T>(organizationId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.within([entering(organizationId)], work);
  }

  /**
   * Work in one organisation that is known beforehand: all statements in one round trip and one transaction.
   * @returns the rows of each.
   */
  tenantAtOnce<T extends pg.QueryResultRow>(
    organizationId: string,
    statements: PreparedStatement[],
  ): Promise<T[][]> {
    return this.pipeline.run<T>(organizationId, statements);
  }

  /** The row of an entity in an organisation, in one round trip. */
  async row<T extends ObjectLiteral>(
    organizationId: string,
    entity: new () => T,
    where: Partial<T>,
  ): Promise<T | null> {
    const statement = select(this.source.manager, entity, where);
    const [rows = []] = await this.tenantAtOnce<T>(organizationId, [statement]);
    return rows[0] ?? null;
  }

  /** Work for one person: their own memberships and organisations can be seen, whatever the organisation. */
  person<T>(userId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.within(
      [{ name: 'enter person', text: "SELECT set_config('app.user_id', $1, true)", values: [userId] }],
      work,
    );
  }

  /** Work on tables that belong to no organisation. Tenant tables show nothing here. */
  global<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.within([], work);
  }

  /** One statement on tables that belong to no organisation. */
  query<T>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return this.source.query(sql, parameters) as Promise<T[]>;
  }

  /** One statement as `latchkey_system`, which finds work across organisations and reads no sealed data. */
  async asSystem<T extends pg.QueryResultRow>(sql: string, parameters: unknown[] = []): Promise<T[]> {
    return (await this.system.query<T>(sql, parameters)).rows;
  }

  /** The application's pool, for a library that keeps a table of its own there. */
  get client(): pg.Pool {
    return (this.source.driver as PostgresDriver).master as pg.Pool;
  }

  /** @param setting comes first in the transaction. */
  private async within<T>(
    setting: PreparedStatement[],
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    const runner = this.source.createQueryRunner();
    try {
      const client = (await runner.connect()) as PipelinedClient;
      const unit = new UnitOfWork(client, runner.manager, setting);
      // TypeORM locks rows only where it knows of a transaction, and would begin its own.
      Object.assign(runner, { isTransactionActive: true });
      try {
        const result = await work(runner.manager);
        await unit.commit();
        return result;
      } catch (error) {
        throw await unit.rollBack(error);
      }
    } finally {
      await runner.release();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.source.destroy();
    await this.system.end();
    await this.pipeline.close();
  }
}

/** Enters an organisation in the middle of a unit of work that began without one. */
export async function enterOrganization(manager: EntityManager, organizationId: string): Promise<void> {
  send(manager, entering(organizationId));
}

/** True when PostgreSQL refused it with this SQLSTATE, about this constraint where one is named. */
function isViolation(error: unknown, state: string, constraint?: string): boolean {
  const cause = (error as { driverError?: unknown }).driverError ?? error;
  const { code, constraint: violated } = cause as { code?: string; constraint?: string };
  return code === state && (constraint === undefined || violated === constraint);
}

/** True when PostgreSQL refused a second row for what must be one (SQLSTATE 23505). */
export const isUniqueViolation = (error: unknown, constraint?: string): boolean =>
  isViolation(error, '23505', constraint);

/** True when PostgreSQL refused it since something still refers to it, or what it refers to is gone (SQLSTATE 23503). */
export const isForeignKeyViolation = (error: unknown, constraint?: string): boolean =>
  isViolation(error, '23503', constraint);
