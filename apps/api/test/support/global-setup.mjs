import { mkdtempSync, chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
// Jest maps no module names here, so the built code is used: `pnpm build` comes before the integration tests.
import { EmbeddedPostgres } from '../../dist/database/embedded-postgres.js';
import { databaseUrls, migrate } from '../../dist/database/migrate.js';
import { startBoss } from '../../dist/jobs/job-queue.js';

const TEMPLATE = 'latchkey_template';

/** One real PostgreSQL for the run; each spec file works on a copy of this migrated database. */
export default async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), 'latchkey-test-'));
  chmodSync(folder, 0o755);
  const server = new EmbeddedPostgres(folder);
  const url = new URL(await server.start());
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE}`);
  await client.end();
  url.pathname = `/${TEMPLATE}`;
  const urls = databaseUrls(url.toString());
  await migrate(urls, 90);
  const boss = await startBoss(urls.app, false);
  await boss.stop({ graceful: false, close: true });
  process.env.LATCHKEY_TEST_TEMPLATE_URL = url.toString();
  globalThis.latchkeyTestServer = { server, folder };
}
