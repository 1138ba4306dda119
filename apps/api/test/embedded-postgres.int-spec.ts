import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EmbeddedPostgres, EmbeddedPostgresError } from '../src/database/embedded-postgres.js';

let folder: string;
const started: EmbeddedPostgres[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-embedded-'));
});

afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<{ server: EmbeddedPostgres; url: string }> {
  const server = new EmbeddedPostgres(folder);
  started.push(server);
  return { server, url: await server.start() };
}

async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

const postmasterPid = (): number =>
  Number(readFileSync(join(folder, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

/** Asks until the server answers; the test's own time limit ends it. */
async function untilAnswered(url: string): Promise<void> {
  for (;;) {
    try {
      await query(url, 'SELECT 1');
      return;
    } catch {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

describe('the embedded PostgreSQL', () => {
  it('keeps its data from one start to the next, and its password to itself', async () => {
    const first = await start();
    await query(first.url, 'CREATE TABLE kept (id int)');
    await first.server.stop();

    const second = await start();

    expect(await query(second.url, "SELECT to_regclass('kept') IS NOT NULL AS found")).toEqual([
      { found: true },
    ]);
    expect(statSync(join(folder, 'postgres-password')).mode & 0o077).toBe(0);
    const wrong = new URL(second.url);
    wrong.password = 'wrong';
    await expect(query(wrong.toString(), 'SELECT 1')).rejects.toMatchObject({ code: '28P01' });
  });

  it('is started again on the same port when it is killed under us', async () => {
    const { url } = await start();
    await query(url, 'CREATE TABLE kept (id int)');
    const before = postmasterPid();

    process.kill(before, 'SIGKILL');
    await untilAnswered(url);

    expect(await query(url, "SELECT to_regclass('kept') IS NOT NULL AS found")).toEqual([{ found: true }]);
    expect(postmasterPid()).not.toBe(before);
  }, 60_000);

  it('is refused to a second Latchkey on the same folder', async () => {
    await start();

    const second = new EmbeddedPostgres(folder);

    const refusal = await second.start().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(EmbeddedPostgresError);
    expect((refusal as Error).message).toContain('Another Latchkey runs on the data folder');
  }, 60_000);

  it('opens its own folder to the account it runs as, and no more than that', async () => {
    chmodSync(folder, 0o700);

    await start();

    expect(statSync(folder).mode & 0o066).toBe(0);
    expect(statSync(join(folder, 'postgres')).mode & 0o077).toBe(0);
  });
});
