import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { text as readAll } from 'node:stream/consumers';
import { AppError } from '../common/app-error.js';
import { IntegrationImportService, type ImportOutcome } from '../integrations/integration-import.service.js';
import { KeysOverviewService } from '../vault/keys-overview.service.js';
import { atMost, type Call, takes } from './command.js';
import { FernetSource } from './fernet-source.js';
import { readRows } from './import-file.js';
import { count, table } from './output.js';
import { openSession } from './session.js';
import { UsageError } from './usage.js';
import { CLI } from './work.js';

interface RowResult {
  row: number;
  name: string;
  integration_type_id: string;
  outcome: ImportOutcome | 'refused';
  reason: string | null;
}

const KEY_VARIABLE = 'LATCHKEY_FERNET_KEY';
const WORDS: Record<RowResult['outcome'], string> = {
  created: 'created, is tested',
  valid: 'would be created',
  skipped: 'skipped: there is one of this type and name',
  refused: 'refused',
};

async function read(file: string): Promise<string> {
  if (file === '-') return readAll(process.stdin);
  try {
    // npm starts us at the root of the checkout, wherever the person stands.
    return await readFile(resolve(process.env.INIT_CWD ?? '', file), 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

/** Names of fields and what is wrong with them; never a value. */
function reasonOf(error: unknown): string {
  if (!(error instanceof AppError)) throw error;
  const fields = Object.entries((error.details ?? {}) as Record<string, unknown>).filter(([, messages]) =>
    Array.isArray(messages),
  );
  if (fields.length === 0) return error.message;
  return fields.map(([name, messages]) => `${name}: ${String((messages as string[])[0])}`).join('; ');
}

/** `latchkey import …` */
export async function runImport(call: Call): Promise<number> {
  const [format, file, ...more] = call.words;
  if (format !== 'fernet')
    throw new UsageError(
      format ? `Nothing is known of “${format}”; there is fernet.` : 'Import what? There is fernet.',
    );
  atMost(more, 0);
  takes(call.options, 'organization', 'dry-run');
  if (!file) throw new UsageError('Which file?');
  const { organization: wanted } = call.options;
  if (!wanted) throw new UsageError('Into which organisation? Name it with --organization.');
  const key = call.environment[KEY_VARIABLE];
  if (!key) throw new UsageError(`Put the key that they were sealed with into ${KEY_VARIABLE}.`);
  const rows = readRows(await read(file));
  const source = new FernetSource(key);
  if (rows.length > 0 && !rows.some((row) => source.fits(row))) {
    call.streams.err(
      `${KEY_VARIABLE} opens none of the ${count(rows.length, 'credential')} in the file: it is another key, or they are no ` +
        'Fernet tokens. Nothing was imported.\n',
    );
    return 1;
  }
  // Neither what is started from here nor a crash report needs it any more.
  const { [KEY_VARIABLE]: _key, ...environment } = call.environment;
  const session = await openSession(environment, call.streams.err);
  try {
    const overview = session.app.get(KeysOverviewService, { strict: false });
    const importer = session.app.get(IntegrationImportService, { strict: false });
    const organization = await overview.requireOrganization(wanted);
    const results: RowResult[] = [];
    const looked = new Set<string>();
    for (const row of rows) {
      if (call.interrupted.aborted) break;
      const about = {
        row: row.number,
        name: String(row.fields.name ?? ''),
        integration_type_id: String(row.fields.integration_type_id ?? ''),
      };
      try {
        const foreign = source.open(row);
        const outcome = await importer.import(CLI, organization.id, foreign, call.options.dryRun);
        // Nothing was made that the next look could find.
        const key = JSON.stringify([foreign.integration_type_id, foreign.name.trim()]);
        const twin = outcome === 'valid' && looked.has(key);
        looked.add(key);
        results.push({ ...about, outcome: twin ? 'skipped' : outcome, reason: null });
      } catch (error) {
        results.push({ ...about, outcome: 'refused', reason: reasonOf(error) });
      }
    }
    report(call, results);
    return results.length === rows.length && results.every(({ outcome }) => outcome !== 'refused') ? 0 : 1;
  } finally {
    await session.close();
  }
}

function report({ options, streams }: Call, results: RowResult[]): void {
  const number = (outcome: RowResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  const summary = {
    created: number('created'),
    valid: number('valid'),
    skipped: number('skipped'),
    refused: number('refused'),
  };
  if (options.json) {
    streams.out(`${JSON.stringify({ dry_run: options.dryRun, summary, rows: results }, null, 2)}\n`);
    return;
  }
  const lines = results.map((result) => [
    String(result.row),
    result.integration_type_id,
    result.name,
    result.reason ? `${WORDS[result.outcome]}: ${result.reason}` : WORDS[result.outcome],
  ]);
  if (lines.length > 0) streams.out(`${table(lines)}\n\n`);
  const made = options.dryRun ? `${summary.valid} would be created` : `${summary.created} created`;
  streams.out(`${made}, ${summary.skipped} skipped, ${summary.refused} refused.\n`);
}
