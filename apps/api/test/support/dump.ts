import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { TestApp } from './test-app.js';

/** Every row of every table, the queue's too; bytes as hexadecimal digits. */
export async function dumpDatabase(testApp: TestApp): Promise<[where: string, text: string][]> {
  const dump: [string, string][] = [];
  const tables = await testApp.sql<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  for (const { name } of tables) {
    const rows = await testApp.sql<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${name} t`);
    dump.push([`the table ${name}`, rows.map(({ row }) => row).join('\n')]);
  }
  return dump;
}

/** Every file of a folder, byte by byte. */
export function* filesIn(folder: string): Generator<[where: string, text: string]> {
  for (const entry of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const path = join(folder, entry);
    if (statSync(path).isFile()) yield [`the file ${entry}`, readFileSync(path, 'latin1')];
  }
}
