import type { Environment } from '../config/environment.js';
import { EmbeddedPostgres } from './embedded-postgres.js';
import { type DatabaseUrls, databaseUrls, migrate } from './migrate.js';

export interface OpenDatabase {
  urls: DatabaseUrls;
  embedded: boolean;
  /** After everything that uses it has stopped. */
  close(): Promise<void>;
}

/** Starts the embedded server when no DATABASE_URL is given, and brings the schema up to date. */
export async function openDatabase(environment: Environment): Promise<OpenDatabase> {
  const embedded = environment.databaseUrl ? undefined : new EmbeddedPostgres(environment.dataDirectory);
  const owner = embedded ? await embedded.start() : environment.databaseUrl!;
  try {
    const urls = databaseUrls(owner, environment.databaseAppUrl, environment.databaseSystemUrl);
    await migrate(urls, environment.retentionDays);
    return { urls, embedded: embedded !== undefined, close: async () => embedded?.stop() };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}
