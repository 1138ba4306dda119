import { VERSION } from './version.js';

/** What a client is made with. */
export interface LatchkeyOptions {
  /** Where Latchkey is, as a person opens it, for instance `https://latchkey.example.com`. Default: `LATCHKEY_URL`. */
  url?: string;
  /** The service token, `lk_…`. Default: `LATCHKEY_TOKEN`. */
  token?: string;
  /** Used instead of the global `fetch`, for instance to go through a proxy of your network. */
  fetch?: typeof globalThis.fetch;
  /** Milliseconds that one attempt may take until its answer begins; 0 for no limit. Default 60 000. */
  timeoutMs?: number;
  /** How often a call is made again after a passing failure, at most. Default 2; 0 for never. */
  retries?: number;
  /** Your program, put before the client's own name, for instance `deploy-bot/2.1`. */
  userAgent?: string;
}

/** Options that were found sound. It holds the token: nothing but the transport may have it. */
export interface Settings {
  /** Without a slash at its end. */
  url: string;
  token: string;
  fetch: typeof globalThis.fetch;
  timeoutMs: number;
  retries: number;
  userAgent: string;
}

const DEFAULT_TIMEOUT_MS = 60_000;
const DEFAULT_RETRIES = 2;
const MOST_RETRIES = 10;
/** Longer ones end at once in setTimeout. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

function fromEnvironment(name: string): string | undefined {
  return globalThis.process?.env[name];
}

/** The messages hold nothing of a value: a token may have been put into the wrong place. */
function readUrl(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !/^https?:$/.test(url.protocol)) {
    throw new TypeError('`url` must be an http or https address, such as https://latchkey.example.com.');
  }
  if (url.username || url.password || url.search || url.hash) {
    throw new TypeError(
      '`url` must have no user name, password, ? or #. The service token goes into `token`.',
    );
  }
  const address = url.href.replace(/\/+$/, '');
  if (/\/api(\/v1)?$/.test(address)) {
    throw new TypeError('`url` is the address of the installation, without /api/v1 at its end.');
  }
  return address;
}

/** Of files and environments a line break at the end is common. */
function readToken(value: string): string {
  const token = value.trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new TypeError(
      '`token` is no service token: it has spaces, line breaks or characters beyond ASCII.',
    );
  }
  return token;
}

function required(name: string, value: string | undefined, variable: string): string {
  const found = value ?? fromEnvironment(variable);
  if (typeof found !== 'string' || found.trim() === '') {
    throw new TypeError(`\`${name}\` is missing: give it, or set ${variable}.`);
  }
  return found;
}

/** @throws TypeError */
export function readCount(name: string, value: number, most: number): number {
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw new TypeError(`\`${name}\` must be a whole number from 0 to ${most}.`);
  }
  return value;
}

export const readTimeout = (value: number): number => readCount('timeoutMs', value, LONGEST_TIMEOUT_MS);
export const readRetries = (value: number): number => readCount('retries', value, MOST_RETRIES);

function readUserAgent(value: string | undefined): string {
  if (value !== undefined && !/^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(value)) {
    throw new TypeError('`userAgent` must be printable ASCII, such as deploy-bot/2.1.');
  }
  return [value ?? [], `latchkey-sdk/${VERSION}`].flat().join(' ');
}

/** @throws TypeError naming the option that cannot be used, never its value */
export function readOptions(options: LatchkeyOptions): Settings {
  return {
    url: readUrl(required('url', options.url, 'LATCHKEY_URL')),
    token: readToken(required('token', options.token, 'LATCHKEY_TOKEN')),
    // Looked up at each call: tests and tracing replace the global one later.
    fetch: options.fetch ?? ((input, init) => globalThis.fetch(input, init)),
    timeoutMs: readTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS),
    retries: readRetries(options.retries ?? DEFAULT_RETRIES),
    userAgent: readUserAgent(options.userAgent),
  };
}
