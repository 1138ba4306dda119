import pg from 'pg';
import type { Environment } from '../config/environment.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { type DatabaseUrls, databaseUrls, migrate } from './migrate.js';
import { MIGRATIONS } from './migrations.js';

export interface OpenDatabase {
  urls: DatabaseUrls;
  embedded: boolean;
  /** After everything that uses it has stopped. */
  close(): Promise<void>;
}

function urlsOf(owner: string, environment: Environment): DatabaseUrls {
  return databaseUrls(owner, {
    app: environment.databaseAppUrl,
    system: environment.databaseSystemUrl,
    listen: environment.databaseListenUrl,
  });
}

/** Starts the embedded server when no DATABASE_URL is given, and brings the schema up to date. */
export async function openDatabase(environment: Environment): Promise<OpenDatabase> {
  const embedded = environment.databaseUrl ? undefined : new EmbeddedPostgres(environment.dataDirectory);
  const owner = embedded ? await embedded.start() : environment.databaseUrl!;
  try {
    const urls = urlsOf(owner, environment);
    await migrate(urls, environment.retentionDays);
    return { urls, embedded: embedded !== undefined, close: async () => embedded?.stop() };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

/** The database is not what this program works on. */
export class SchemaError extends Error {
  override readonly name = 'SchemaError';
}

/** A command changes no schema: that is for the start of Latchkey. */
async function requireSchema(owner: string): Promise<void> {
  const client = new pg.Client({ connectionString: owner, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'SELECT name FROM migrations ORDER BY id DESC LIMIT 1',
    );
    if (rows[0]?.name === MIGRATIONS.at(-1)!.name) return;
  } catch (error) {
    // 42P01 undefined_table: nothing was ever made there.
    if ((error as { code?: string }).code !== '42P01') throw error;
  } finally {
    await client.end();
  }
  throw new SchemaError(
    'The database was made by another version of Latchkey, or is not ready yet. Start this version of Latchkey on it first.',
  );
}

/** For a command: a running Latchkey keeps its database, and one that is not running has it started for a while. */
export async function joinDatabase(environment: Environment): Promise<OpenDatabase> {
  const embedded = environment.databaseUrl ? undefined : new EmbeddedPostgres(environment.dataDirectory);
  const running = embedded ? await embedded.join() : environment.databaseUrl;
  if (running === undefined) return openDatabase(environment);
  await requireSchema(running);
  return {
    urls: urlsOf(running, environment),
    embedded: embedded !== undefined,
    close: async () => undefined,
  };
}
