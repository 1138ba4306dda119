import { parseArgs } from 'node:util';
import type { Streams } from './output.js';
import { UsageError } from './usage.js';

/** What a command was given, and where its answer goes. */
export interface Call {
  /** Words that are no options, after the command's own. */
  words: string[];
  options: Options;
  environment: NodeJS.ProcessEnv;
  streams: Streams;
  /** Aborted when the person wants it to end. */
  interrupted: AbortSignal;
}

export interface Options {
  json: boolean;
  help: boolean;
  all: boolean;
  dryRun: boolean;
  organization: string | undefined;
  keyVersion: number | undefined;
  limit: number;
  integrations: number;
  force: boolean;
  /** The names of those that were given. */
  given: string[];
}

const MOST_SHOWN = 100;
const MOST_DEMO = 1_000_000;

function wholeNumber(name: string, text: string, most: number): number {
  const value = /^\d{1,10}$/.test(text) ? Number(text) : 0;
  if (value >= 1 && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from 1 to ${most}.`);
}

/** @throws UsageError */
export function readArguments(args: string[]): { words: string[]; options: Options } {
  try {
    const { values, positionals, tokens } = parseArgs({
      args,
      tokens: true,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        all: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        organization: { type: 'string' },
        'key-version': { type: 'string' },
        limit: { type: 'string', default: '20' },
        integrations: { type: 'string', default: '1000' },
        force: { type: 'boolean', default: false },
      },
    });
    const version = values['key-version'];
    const options = {
      json: values.json,
      help: values.help,
      all: values.all,
      dryRun: values['dry-run'],
      organization: values.organization,
      keyVersion: version === undefined ? undefined : wholeNumber('key-version', version, 2_147_483_647),
      limit: wholeNumber('limit', values.limit, MOST_SHOWN),
      integrations: wholeNumber('integrations', values.integrations, MOST_DEMO),
      force: values.force,
      given: tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])),
    };
    return { words: positionals, options };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${(error as Error).message.split('. ')[0]!.replace(/\.$/, '')}.`);
  }
}

/**
 * An option that a command does not know could be taken for one that it heeds: a destruction is no dry run.
 * @throws UsageError when others than these were given.
 */
export function takes({ given }: Options, ...names: string[]): void {
  const other = given.find((name) => name !== 'json' && !names.includes(name));
  if (other !== undefined) throw new UsageError(`--${other} is not for this command.`);
}

/** @throws UsageError when there are more words than the command takes. */
export function atMost(words: string[], most: number): void {
  if (words.length > most) throw new UsageError(`What is “${words[most]}”?`);
}
