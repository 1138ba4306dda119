import type { EntityManager, ObjectLiteral } from 'typeorm';
import { nameOf, type PreparedStatement } from './prepared-statement.js';

type Entity<T> = new () => T;

/**
 * Statements about one row of an entity, prepared. TypeORM's query builder takes longer to write one than PostgreSQL to
 * carry it out.
 */
class RowStatement {
  readonly table: string;
  readonly selection: string;
  private readonly columns: Map<string, string>;
  private readonly values: unknown[] = [];

  constructor(manager: EntityManager, entity: Entity<unknown>) {
    const { tableName, columns } = manager.dataSource.getMetadata(entity);
    this.table = tableName;
    this.columns = new Map(columns.map(({ propertyName, databaseName }) => [propertyName, databaseName]));
    this.selection = columns.map((column) => `${column.databaseName} AS "${column.propertyName}"`).join(', ');
  }

  /** `column = $n` for each, in the order of the properties. */
  assign(properties: object, separator: string): string {
    return Object.entries(properties)
      .map(([property, value]) => `${this.columns.get(property)} = $${this.values.push(value)}`)
      .join(separator);
  }

  /** A condition whose value is missing is fulfilled by no row. */
  where(properties: object): string {
    return this.assign(properties, ' AND ');
  }

  written(text: string): PreparedStatement {
    return { name: nameOf(text), text, values: this.values };
  }
}

/** The row as it is. */
export function select<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: Entity<T>,
  where: Partial<T>,
): PreparedStatement {
  const row = new RowStatement(manager, entity);
  return row.written(`SELECT ${row.selection} FROM ${row.table} WHERE ${row.where(where)}`);
}

/** The row, which nobody else can change until the transaction ends. */
export function selectForUpdate<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: Entity<T>,
  where: Partial<T>,
): PreparedStatement {
  const row = new RowStatement(manager, entity);
  return row.written(`SELECT ${row.selection} FROM ${row.table} WHERE ${row.where(where)} FOR UPDATE`);
}

/** @param changes without those that are undefined; there is at least one. */
export function update<T extends ObjectLiteral>(
  manager: EntityManager,
  entity: Entity<T>,
  where: Partial<T>,
  changes: Partial<T>,
): PreparedStatement {
  const row = new RowStatement(manager, entity);
  const given = Object.entries(changes).filter(([, value]) => value !== undefined);
  const set = row.assign(Object.fromEntries(given), ', ');
  return row.written(`UPDATE ${row.table} SET ${set} WHERE ${row.where(where)}`);
}
