import { createHmac } from 'node:crypto';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { MIGRATIONS } from './migrations.js';

/** Held by the one process that prepares a database, across all of its replicas. */
const MIGRATION_LOCK = 7310245000;

export const APP_ROLE = 'latchkey_app';
export const SYSTEM_ROLE = 'latchkey_system';

export interface DatabaseUrls {
  /** Owns the schema; used for migrations and nothing else. */
  owner: string;
  /** The application: bound by row level security, owns nothing but the queue's schema. */
  app: string;
  /** Finds due work across organisations by named policies; can read no sealed data. */
  system: string;
  /** The application's login on a direct connection, for LISTEN. */
  listen: string;
}

/** The login's address: the owner's with another user, and a password that only the owner's can derive. */
function derivedUrl(owner: string, role: string): string {
  const url = new URL(owner);
  const ownerPassword = decodeURIComponent(url.password);
  url.username = role;
  url.password = ownerPassword
    ? createHmac('sha256', ownerPassword).update(`latchkey database role ${role}`).digest('base64url')
    : '';
  return url.toString();
}

/** @param given the addresses that the operator set; the others are derived from the owner's. */
export function databaseUrls(
  owner: string,
  given: { app?: string; system?: string; listen?: string } = {},
): DatabaseUrls {
  const app = given.app ?? derivedUrl(owner, APP_ROLE);
  return { owner, app, system: given.system ?? derivedUrl(owner, SYSTEM_ROLE), listen: given.listen ?? app };
}

async function canLogIn(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch (error) {
    // 28P01 invalid_password, 28000 invalid_authorization_specification, 42501: the role is to be made or mended.
    if (['28P01', '28000', '42501'].includes((error as { code?: string }).code ?? '')) return false;
    throw error;
  }
}

async function ensureRole(owner: pg.Client, role: string, url: string): Promise<void> {
  if (await canLogIn(url)) return;
  const password = new URL(url).password;
  const { rowCount } = await owner.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [role]);
  const verb = rowCount ? 'ALTER' : 'CREATE';
  const attributes = `LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION`;
  const secret = password ? ` PASSWORD ${owner.escapeLiteral(decodeURIComponent(password))}` : '';
  try {
    await owner.query(`${verb} ROLE ${role} ${attributes}${secret}`);
  } catch (error) {
    throw new Error(
      `The database role ${role} could not be made: ${(error as Error).message}. ` +
        `Let the owner in DATABASE_URL create roles, or make ${APP_ROLE} and ${SYSTEM_ROLE} by hand and give ` +
        'DATABASE_APP_URL and DATABASE_SYSTEM_URL.',
      { cause: error },
    );
  }
}

async function grantConnection(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
  const database = owner.escapeIdentifier(rows[0]?.name ?? '');
  await owner.query(`GRANT CONNECT ON DATABASE ${database} TO ${APP_ROLE}, ${SYSTEM_ROLE}`);
  await owner.query(`GRANT USAGE ON SCHEMA public TO ${APP_ROLE}, ${SYSTEM_ROLE}`);
  await owner.query(`GRANT ${APP_ROLE} TO CURRENT_USER`);
  await owner.query(`CREATE SCHEMA IF NOT EXISTS pgboss AUTHORIZATION ${APP_ROLE}`);
}

/** Brings roles, schema and partitions up to date. Replicas that start together take turns. */
export async function migrate(urls: DatabaseUrls, retentionDays: number): Promise<void> {
  const owner = new pg.Client({ connectionString: urls.owner, connectionTimeoutMillis: 10_000 });
  await owner.connect();
  try {
    await owner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await ensureRole(owner, APP_ROLE, urls.app);
    await ensureRole(owner, SYSTEM_ROLE, urls.system);
    await grantConnection(owner);
    const source = new DataSource({
      type: 'postgres',
      url: urls.owner,
      migrations: MIGRATIONS,
      migrationsTransactionMode: 'each',
    });
    await source.initialize();
    try {
      await source.runMigrations();
      await source.query('SELECT latchkey_maintain_partitions($1)', [retentionDays]);
    } finally {
      await source.destroy();
    }
  } finally {
    await owner.end();
  }
}
