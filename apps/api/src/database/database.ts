import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { DataSource, type EntityManager } from 'typeorm';
import type { PostgresDriver } from 'typeorm/driver/postgres/PostgresDriver.js';
import type { PreparedStatement, TenantPipeline } from './tenant-pipeline.js';

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
    return this.within("SELECT set_config('app.organization_id', $1, true)", organizationId, work);
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

  /** Work for one person: their own memberships and organisations can be seen, whatever the organisation. */
  person<T>(userId: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.within("SELECT set_config('app.user_id', $1, true)", userId, work);
  }

  /** Work on tables that belong to no organisation. Tenant tables show nothing here. */
  global<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.source.transaction(work);
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

  /**
   * The setting travels with the first statement of the work: the connection is a pipeline, which PostgreSQL works off in
   * order. Should it fail, so does every statement after it.
   */
  private within<T>(
    setting: string,
    value: string,
    work: (manager: EntityManager) => Promise<T>,
  ): Promise<T> {
    return this.source.transaction(async (manager) => {
      const [, result] = await Promise.all([manager.query(setting, [value]), work(manager)]);
      return result;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.source.destroy();
    await this.system.end();
    await this.pipeline.close();
  }
}

/** Enters an organisation in the middle of a unit of work that began without one. */
export async function enterOrganization(manager: EntityManager, organizationId: string): Promise<void> {
  await manager.query("SELECT set_config('app.organization_id', $1, true)", [organizationId]);
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
