import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { CursorPosition } from '../common/pagination.js';
import {
  type AuditRow,
  type ChainHead,
  formAround,
  GENESIS,
  ID_DIGITS,
  idAround,
  type Unplaced,
} from './audit-chain.js';
import { Database } from '../database/database.js';
import { send } from '../database/unit-of-work.js';

const COLUMNS = `sequence, id, created_at, actor_type, actor_id, action, resource_type, resource_id,
  outcome, ip, user_agent, request_id, metadata, previous_hash, hash`;

/** An expression that lacks its end, where a condition may follow. */
const APPENDED = `appended AS (
  INSERT INTO audit_logs (organization_id, ${COLUMNS})
  SELECT $1, * FROM unnest($2::bigint[], $3::uuid[], $4::timestamptz[], $5::text[], $6::uuid[], $7::text[],
    $8::text[], $9::uuid[], $10::text[], $11::text[], $12::text[], $13::text[], $14::jsonb[], $15::bytea[],
    $16::bytea[])`;
const MOVED = 'UPDATE audit_chains SET sequence = $17, hash = $18 WHERE organization_id = $1';

function appendParameters(rows: AuditRow[]): unknown[] {
  const last = rows.at(-1)!;
  const column = <K extends keyof AuditRow>(name: K): AuditRow[K][] => rows.map((row) => row[name]);
  return [
    last.organization_id,
    column('sequence'),
    column('id'),
    column('created_at'),
    column('actor_type'),
    column('actor_id'),
    column('action'),
    column('resource_type'),
    column('resource_id'),
    column('outcome'),
    column('ip'),
    column('user_agent'),
    column('request_id'),
    column('metadata').map((metadata) => JSON.stringify(metadata)),
    column('previous_hash'),
    column('hash'),
    last.sequence,
    last.hash,
  ];
}

/** The place in an id, as `rowId` of the chain writes it. */
const digits = (sequence: string): string => `lpad(to_hex(${sequence}), ${ID_DIGITS}, '0')`;
const idAt = (sequence: string): string =>
  `$2::text || '-7' || substr(${digits(sequence)}, 1, 3) || '-8' || substr(${digits(sequence)}, 4, 3) || '-'
    || substr(${digits(sequence)}, 7) || $3::text`;
const hashAt = (previous: string, sequence: string): string =>
  `sha256(${previous} || $15::bytea || convert_to(${idAt(sequence)}, 'UTF8') || $16::bytea
    || convert_to((${sequence})::text, 'UTF8') || $17::bytea)`;

/** The row comes after the one that ends the chain at that moment, so its number, its id and its hash are found here. */
const FOLLOW = `WITH moved AS (
    INSERT INTO audit_chains AS c (organization_id, sequence, hash) VALUES ($1, 1, ${hashAt('$14', '1::bigint')})
    ON CONFLICT (organization_id) DO UPDATE
      SET sequence = c.sequence + 1, hash = ${hashAt('c.hash', 'c.sequence + 1')}
    RETURNING sequence, coalesce(old.hash, $14) AS previous_hash, hash)
  INSERT INTO audit_logs (organization_id, ${COLUMNS})
  SELECT $1, sequence, (${idAt('sequence')})::uuid, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $18, previous_hash, hash
  FROM moved`;

/** `bigint` arrives as text; a chain does not outgrow a double. */
const numbered = <T extends { sequence: unknown }>(row: T): T & { sequence: number } => ({
  ...row,
  sequence: Number(row.sequence),
});

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  /** Made when there is none, so that two writers of the first row wait for each other too. */
  async lockHead(manager: EntityManager, organizationId: string): Promise<ChainHead> {
    const rows = await manager.query<ChainHead[]>(
      `INSERT INTO audit_chains AS c (organization_id, sequence, hash) VALUES ($1, 0, $2)
       ON CONFLICT (organization_id) DO UPDATE SET sequence = c.sequence RETURNING c.sequence, c.hash`,
      [organizationId, Buffer.alloc(32)],
    );
    return numbered(rows[0]!);
  }

  /** Sends a row that follows whatever the chain ends with, and locks the chain until the transaction ends. */
  follow(manager: EntityManager, row: Unplaced): void {
    const form = formAround(row).map((part) => Buffer.from(part));
    send(manager, {
      name: 'follow the trail',
      text: FOLLOW,
      values: [
        row.organization_id,
        ...idAround(row.created_at),
        row.created_at,
        row.actor_type,
        row.actor_id,
        row.action,
        row.resource_type,
        row.resource_id,
        row.outcome,
        row.ip,
        row.user_agent,
        row.request_id,
        GENESIS.hash,
        ...form,
        JSON.stringify(row.metadata),
      ],
    });
  }

  /** @param rows in the order of the chain, of one organisation. */
  async append(manager: EntityManager, rows: AuditRow[]): Promise<void> {
    if (rows.length > 0) await manager.query(`WITH ${APPENDED}) ${MOVED}`, appendParameters(rows));
  }

  /**
   * Appends in a transaction of its own, where the chain still ends with `head`.
   * @returns false when it does not: somebody else wrote, and nothing was written.
   */
  async appendAfter(organizationId: string, head: ChainHead, rows: AuditRow[]): Promise<boolean> {
    const [written = []] = await this.database.tenantAtOnce<{ sequence: string }>(organizationId, [
      {
        name: 'append to the trail',
        text: `WITH moved AS (${MOVED} AND sequence = $19 AND hash = $20 RETURNING sequence),
          ${APPENDED} WHERE EXISTS (SELECT FROM moved)) SELECT sequence FROM moved`,
        values: [...appendParameters(rows), head.sequence, head.hash],
      },
    ]);
    return written.length > 0;
  }

  async readHead(organizationId: string): Promise<ChainHead | undefined> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<ChainHead[]>('SELECT sequence, hash FROM audit_chains WHERE organization_id = $1', [
        organizationId,
      ]),
    );
    return rows[0] && numbered(rows[0]);
  }

  async readChain(organizationId: string, after: number, limit: number): Promise<AuditRow[]> {
    const rows = await this.database.tenant(organizationId, (manager) =>
      manager.query<AuditRow[]>(
        `SELECT organization_id, ${COLUMNS} FROM audit_logs WHERE organization_id = $1 AND sequence > $2 ORDER BY sequence LIMIT $3`,
        [organizationId, after, limit],
      ),
    );
    return rows.map(numbered);
  }

  list(
    organizationId: string,
    filter: { action?: string; before?: CursorPosition; limit: number },
  ): Promise<(AuditRow & { actor_name: string | null })[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query(
        `SELECT a.*, coalesce(u.full_name, t.name) AS actor_name FROM audit_logs a
         LEFT JOIN users u ON u.id = a.actor_id
         LEFT JOIN service_tokens t ON t.organization_id = a.organization_id AND t.id = a.actor_id
         WHERE a.organization_id = $1 AND ($2::text IS NULL OR a.action = $2)
           AND ($3::timestamptz IS NULL OR (a.created_at, a.id) < ($3, $4::uuid))
         ORDER BY a.created_at DESC, a.id DESC LIMIT $5`,
        [
          organizationId,
          filter.action ?? null,
          filter.before?.at ?? null,
          filter.before?.id ?? null,
          filter.limit,
        ],
      ),
    );
  }
}
