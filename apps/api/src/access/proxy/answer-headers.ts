import { isUtf8 } from 'node:buffer';
import type { AuthWay } from '@latchkey/catalogue';
import { REDACTED, type SecretValue, valuesRedactor } from '../../common/redaction.js';
import { responseHeaders } from './headers.js';

type Fields = Readonly<Record<string, unknown>>;

/** What an answer's headers are cleaned with. */
export interface Surroundings {
  /** What was called. */
  url: string;
  /** What every address of the integration starts with. */
  base: string;
  /** Where the caller finds that base: `/api/v1/integrations/…/proxy`. */
  ownPath: string;
  secrets: SecretValue[];
}

/** Shorter ones occur by chance; `redactValues` leaves them alone too. */
const SHORTEST_SECRET = 4;
/** From here on single lines of a secret, such as a key in PEM form, are hidden too. */
const LINE_BYTES = 16;
const LINK_TARGET = /<([^<>]*)>/g;
/** An address within an address within an address. */
const DEEPEST_ENCODING = 3;
const LOCATIONS = ['location', 'content-location'];

/** The values of a credential that nobody may read back: its secret fields, and whatever was derived. */
export function secretsOf(way: AuthWay, fields: Fields): SecretValue[] {
  const { properties } = way.schema;
  return Object.entries(fields).flatMap(([name, value]) => {
    if (typeof value !== 'string' || value.length < SHORTEST_SECRET) return [];
    if (Object.hasOwn(properties, name) && properties[name]?.writeOnly !== true) return [];
    const { username } = fields;
    return [value, ...inHeaders(value), ...(typeof username === 'string' ? [{ user: username, value }] : [])];
  });
}

/** No form of any of the secrets is shorter: what is shorter than this cannot hold one. */
function shortest(secrets: SecretValue[]): number {
  const lengths = secrets.map((secret) => {
    const value = typeof secret === 'string' ? secret : secret.value;
    return value.includes('\n') ? LINE_BYTES : value.length;
  });
  return Math.min(...lengths, Number.MAX_SAFE_INTEGER);
}

const BEYOND_ASCII = /[\x80-\xff]/;

/** The bytes of a header in UTF-8, where they are that; Node hands them over one character each. */
function asUtf8(header: string): string {
  if (!BEYOND_ASCII.test(header)) return header;
  const bytes = Buffer.from(header, 'latin1');
  return isUtf8(bytes) ? bytes.toString() : header;
}

/** How Node hands a text over that a provider sends in UTF-8, where that looks otherwise. */
function inHeaders(value: string): string[] {
  const bytes = Buffer.from(value);
  return bytes.length === value.length ? [] : [bytes.toString('latin1')];
}

/**
 * An address below the integration's base becomes the proxy's own for it, so that following it goes through the
 * proxy again; any other becomes absolute, since it is not relative to us.
 */
function relocated(location: string, { url, base, ownPath }: Surroundings): string {
  const target = URL.parse(asUtf8(location), url);
  if (target === null) return location;
  const { href } = target;
  const rest = href.slice(base.length);
  return href.startsWith(base) && /^([/?#]|$)/.test(rest) ? `${ownPath}${rest}` : href;
}

/** Programs encode different characters; whichever they are, the codes are undone alike. */
const decoded = (text: string): string =>
  text.replace(/(?:%[0-9a-f]{2})+/gi, (codes) => Buffer.from(codes.replaceAll('%', ''), 'hex').toString());

/** Hides the secrets; where one stands in a mixture of encodings, the whole text. */
function withoutSecrets(text: string, redact: (text: string) => string): string {
  const redacted = redact(text);
  let plain = redacted;
  for (let depth = 0; depth < DEEPEST_ENCODING && plain.includes('%'); depth += 1) {
    plain = decoded(plain);
    if (redact(plain) !== plain) return REDACTED;
  }
  return redacted;
}

/** The headers of a provider's answer as a program gets them: nothing in them tells the credential. */
export function answerHeaders(
  provider: Readonly<Record<string, string | string[] | undefined>>,
  surroundings: Surroundings,
): Record<string, string | string[]> {
  const headers = responseHeaders(provider);
  for (const name of LOCATIONS) {
    const value = headers[name];
    if (typeof value === 'string') headers[name] = relocated(value, surroundings);
  }
  // Pages of a list (RFC 8288), which a program follows as they are.
  if (headers.link !== undefined) {
    headers.link = [headers.link]
      .flat()
      .join(', ')
      .replace(LINK_TARGET, (_, target: string) => `<${relocated(target, surroundings)}>`);
  }
  const { secrets } = surroundings;
  const least = shortest(secrets);
  let redact: ((text: string) => string) | undefined;
  const cleaned = (text: string) =>
    text.length < least ? text : withoutSecrets(text, (redact ??= valuesRedactor(secrets)));
  for (const [name, value] of Object.entries(headers)) {
    headers[name] = typeof value === 'string' ? cleaned(value) : value.map(cleaned);
  }
  return headers;
}
