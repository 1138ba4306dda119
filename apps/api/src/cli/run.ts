import { AppError } from '../common/app-error.js';
import { EnvironmentError } from '../config/variables.js';
import { EmbeddedPostgresError } from '../database/embedded-postgres.js';
import { SchemaError } from '../database/open-database.js';
import { KeyError, KeyStoreUnavailableError } from '../vault/key-stores/root-key.js';
import { type Call, readArguments } from './command.js';
import { runImport } from './import-command.js';
import { runKeys } from './keys-command.js';
import type { Streams } from './output.js';
import { runSeedDemo } from './seed-demo-command.js';
import { helpFor, UsageError } from './usage.js';

const FAILED = 1;
const NOT_STARTED = 2;

/** The database cannot be reached or used. */
const isDatabaseRefusal = (error: unknown): boolean =>
  /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|28|3D|08|53|57P|42501)/.test((error as { code?: string }).code ?? '');

function explain(error: unknown, json: boolean, { err }: Streams): number {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof KeyStoreUnavailableError) {
    const { code } = error;
    const said = `The key store cannot be reached. ${error.reason}`;
    err(`${json ? JSON.stringify({ error: { code, message: said } }) : said}\n`);
    return NOT_STARTED;
  }
  if (error instanceof AppError) {
    const { code, details } = error;
    err(`${json ? JSON.stringify({ error: { code, message, details } }) : message}\n`);
    return FAILED;
  }
  if (error instanceof UsageError) {
    err(`${message} \`latchkey --help\` says what there is.\n`);
    return NOT_STARTED;
  }
  if (error instanceof EnvironmentError) err(`These settings are wrong.\n${message}\n`);
  else if (
    error instanceof KeyError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof SchemaError
  )
    err(`${message}\n`);
  else if (isDatabaseRefusal(error)) err(`The database cannot be used: ${message}\n`);
  else {
    err(`${error instanceof Error ? (error.stack ?? message) : message}\n`);
    return FAILED;
  }
  return NOT_STARTED;
}

/** The `latchkey` command. @returns the exit code. */
export async function runCommand(
  args: string[],
  environment: NodeJS.ProcessEnv,
  streams: Streams,
  interrupted: AbortSignal,
): Promise<number> {
  let json = args.includes('--json');
  try {
    const { words, options } = readArguments(args);
    json = options.json;
    const [area, ...rest] = words;
    if (options.help || area === undefined || area === 'help') {
      streams.out(`${helpFor(area === 'help' ? rest : words)}\n`);
      return area === undefined && !options.help ? NOT_STARTED : 0;
    }
    const call: Call = { words: rest, options, environment, streams, interrupted };
    if (area === 'keys') return await runKeys(call);
    if (area === 'import') return await runImport(call);
    if (area === 'seed-demo') return await runSeedDemo(call);
    throw new UsageError(`There is no command “${area}”.`);
  } catch (error) {
    return explain(error, json, streams);
  }
}
