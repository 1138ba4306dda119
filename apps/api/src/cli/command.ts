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
}

const MOST_SHOWN = 100;

function wholeNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from 1 to ${most}.`);
}

/** @throws UsageError */
export function readArguments(args: string[]): { words: string[]; options: Options } {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
        all: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        organization: { type: 'string' },
        'key-version': { type: 'string' },
        limit: { type: 'string', default: '20' },
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
    };
    return { words: positionals, options };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError((error as Error).message.split('. ')[0]!);
  }
}

/** @throws UsageError when there are more words than the command takes. */
export function atMost(words: string[], most: number): void {
  if (words.length > most) throw new UsageError(`What is “${words[most]}”?`);
}
