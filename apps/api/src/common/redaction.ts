import { types } from 'node:util';

/** What stands in the place of a secret. */
export const REDACTED = '[redacted]';

/** A secret, or a secret together with the user name that HTTP Basic joins it with. */
export type SecretValue = string | { user: string; value: string };

/** Shorter values occur in any text by chance, and hiding them would leave nothing to read. */
const SHORTEST = 4;
/** The same of pieces of base64. */
const SHORTEST_WITHIN = 8;
const DEEPEST = 64;

/** Parts of names, without separators and in lower case, that make a field secret. */
const SECRET_PART = new RegExp(
  [
    'passw(or)?d|passwd|passphrase|passcode|pwd',
    'secret|token|credential|bearer|jwt',
    'apikey|accesskey|privatekey|secretkey|signingkey|encryptionkey|masterkey|sharedkey|accountkey|servicekey',
    'authorization|cookie|signature|connectionstring|recoverycode|backupcode|onetimecode|totp|otpcode|mfacode',
  ].join('|'),
);
const SECRET_NAME =
  /^(x?auth|otp|pin|cvv|dsn|sig|sid|sessionid|codeverifier|databaseurl|keymaterial|kubeconfig)$/;
/** What is told about a secret and is none itself: `token_type`, `credential_id`, `password_changed_at`. */
const ABOUT_A_SECRET =
  /(^(token|credential|servicetoken|accesstoken|refreshtoken)ids?|expir(esat|esin|y)|type|count|(created|updated|changed|rotated|lastused|revoked|issued)at)$/;

/**
 * A deep copy in which the values of fields that look secret by their name are `[redacted]`, whatever they hold
 * (only booleans, null and undefined stay: `has_password: true`). Names are compared without case and
 * separators. Entries such as `{ name: 'Authorization', value: '…' }` count too.
 *
 * Made for logs: errors become plain objects, buffers their length, URLs text without user and secret query;
 * cycles and what lies deeper than 64 levels are cut.
 *
 * @param secretFieldNames further names that are secret, such as those a manifest marks.
 */
export function redactFields(value: unknown, secretFieldNames: Iterable<string> = []): unknown {
  const given = new Set(Array.from(secretFieldNames, normalizedName));
  const isSecret = (name: string) => looksSecret(name) || (given.size > 0 && given.has(normalizedName(name)));
  return copy(value, isSecret, [], new Map());
}

type IsSecret = (name: string) => boolean;

function copy(value: unknown, isSecret: IsSecret, ancestors: object[], done: Map<object, unknown>): unknown {
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (ancestors.includes(value)) return '[circular]';
  if (ancestors.length >= DEEPEST) return '[too deep]';
  if (done.has(value)) return done.get(value);
  const path = [...ancestors, value];
  const copied = copyObject(value, isSecret, (each) => copy(each, isSecret, path, done));
  done.set(value, copied);
  return copied;
}

function copyObject(value: object, isSecret: IsSecret, inner: (each: unknown) => unknown): unknown {
  const field = (name: unknown, each: unknown) =>
    typeof name === 'string' && isSecret(name) ? hidden(each) : inner(each);
  if (Object.getPrototypeOf(value) === Object.prototype)
    return copyFields(Object.entries(value), isSecret, field);
  if (Array.isArray(value)) return value.map(inner);
  if (types.isDate(value)) return new Date(value);
  if (ArrayBuffer.isView(value) || types.isAnyArrayBuffer(value)) return `[${value.byteLength} bytes]`;
  if (types.isSet(value)) return new Set(Array.from(value, inner));
  if (types.isMap(value))
    return new Map(Array.from(value, ([name, each]) => [inner(name), field(name, each)]));
  if (value instanceof URL) return redactedUrl(value, isSecret);
  if (value instanceof URLSearchParams) return redactedQuery(value, isSecret).toString();
  if (value instanceof Headers) return copyObject(new Map(value), isSecret, inner);
  const entries = Object.entries(value);
  if (types.isNativeError(value)) {
    const { name, message, stack, cause } = value;
    entries.unshift(...Object.entries({ name, message, stack, ...(cause === undefined ? {} : { cause }) }));
  }
  return copyFields(entries, isSecret, field);
}

function copyFields(
  entries: [name: string, value: unknown][],
  isSecret: IsSecret,
  field: (name: string, each: unknown) => unknown,
): unknown {
  const label = entries.find(([name, each]) => typeof each === 'string' && LABELS.has(normalizedName(name)));
  const labelledSecret = label !== undefined && isSecret(label[1] as string);
  return Object.fromEntries(
    entries.map(([name, each]) => [
      name,
      labelledSecret && normalizedName(name) === 'value' ? hidden(each) : field(name, each),
    ]),
  );
}

/** Fields that name what the `value` beside them is. */
const LABELS = new Set(['name', 'key', 'field', 'header']);

function hidden(value: unknown): unknown {
  return typeof value === 'boolean' || value === null || value === undefined ? value : REDACTED;
}

const MOST_REMEMBERED = 1000;

/** The same few names come again and again. */
function remembered<T>(judge: (name: string) => T): (name: string) => T {
  const known = new Map<string, T>();
  return (name) => {
    const before = known.get(name);
    if (before !== undefined) return before;
    const judgement = judge(name);
    if (known.size >= MOST_REMEMBERED) known.clear();
    known.set(name, judgement);
    return judgement;
  };
}

const normalizedName = remembered((name) => name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, ''));

const looksSecret = remembered((name) => {
  const normalized = normalizedName(name);
  return SECRET_NAME.test(normalized) || (SECRET_PART.test(normalized) && !ABOUT_A_SECRET.test(normalized));
});

function redactedUrl(url: URL, isSecret: IsSecret): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  if (shown.search !== '') shown.search = redactedQuery(url.searchParams, isSecret).toString();
  return shown.href;
}

function redactedQuery(query: URLSearchParams, isSecret: IsSecret): URLSearchParams {
  const shown = new URLSearchParams();
  for (const [name, each] of query) shown.append(name, isSecret(name) ? REDACTED : each);
  return shown;
}

/**
 * Replaces every occurrence of the secrets in a text with `[redacted]`, as they are and in the forms they take
 * on the way through programs: base64 and base64url, hex, URL-encoded, escaped in JSON, in a Basic
 * authorization, within a longer text that is in base64; of secrets with several lines (private keys) each long line too.
 * What overlaps is hidden as a whole. Values below 4 characters are left alone.
 */
export const redactValues = (text: string, secretValues: Iterable<SecretValue>): string =>
  valuesRedactor(secretValues)(text);

/** `redactValues` for several texts: what the secrets may look like is made up once. */
export function valuesRedactor(secretValues: Iterable<SecretValue>): (text: string) => string {
  const forms = new Set<string>();
  const within = new Set<string>();
  for (const secret of secretValues) {
    const value = typeof secret === 'string' ? secret : secret.value;
    if (value.length < SHORTEST) continue;
    for (const form of formsOf(value)) forms.add(form);
    for (const form of formsWithinBase64(value)) within.add(form);
    if (typeof secret !== 'string')
      for (const form of base64Forms(`${secret.user}:${value}`)) forms.add(form);
  }
  return (text) => {
    const spans = Array.from(forms, (form) => (form.length < SHORTEST ? [] : spansOf(form, text))).flat();
    for (const form of within) {
      for (const [start, end] of spansOf(form, text))
        spans.push([start - countBase64(text[start - 1]), end + countBase64(text[end])]);
    }
    return spans.length === 0 ? text : withoutSpans(text, spans);
  };
}

type Span = [start: number, end: number];

function spansOf(form: string, text: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + 1))
    spans.push([at, at + form.length]);
  return spans;
}

/** The character beside such a piece holds bits of it too, where it is one of base64. */
const countBase64 = (character = ''): number => (/[\w+/-]/.test(character) ? 1 : 0);

/** Spans that touch become one, so that neither the rest of a secret nor the number of parts shows. */
function withoutSpans(text: string, spans: Span[]): string {
  spans.sort(([a], [b]) => a - b);
  let result = '';
  let end = -1;
  for (const [from, to] of spans) {
    if (from > end) result += text.slice(Math.max(end, 0), from) + REDACTED;
    end = Math.max(end, to);
  }
  return result + text.slice(end);
}

function* formsOf(value: string): Generator<string> {
  yield value;
  const bytes = Buffer.from(value);
  yield* base64Forms(value);
  yield bytes.toString('hex');
  yield bytes.toString('hex').toUpperCase();

  const percent = encodeURIComponent(value.toWellFormed());
  // encodeURIComponent leaves !'()* as they are, RFC 3986 and forms do not; some write the hex digits small.
  const strict = percent.replace(/[!'()*~]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  for (const form of [percent, strict, strict.replaceAll('%7E', '~')]) {
    yield form;
    yield form.replaceAll('%20', '+');
    yield form.replace(/%[0-9A-F]{2}/g, (each) => each.toLowerCase());
    // An address within an address: where a sign-in page should lead back to.
    yield encodeURIComponent(form);
  }
  yield encodeURI(value.toWellFormed());

  const json = JSON.stringify(value).slice(1, -1);
  for (const form of [
    json,
    unicodeEscaped(json, /[^\u0020-\u007e]/g),
    unicodeEscaped(json, /[<>&\u2028\u2029]/g),
  ]) {
    yield form;
    yield form.replaceAll('/', '\\/');
    // JSON within JSON: a body inside a log line.
    yield JSON.stringify(form).slice(1, -1);
  }

  const lines = value.split(/\r?\n/).map((line) => line.trim());
  if (lines.length > 1) yield* lines.filter((line) => line.length >= 16 && !line.startsWith('-----'));
}

/** The padding is left out, so that a form matches with it and without. */
function base64Forms(text: string): string[] {
  const bytes = Buffer.from(text);
  const padded = bytes.toString('base64');
  const url = bytes.toString('base64url');
  return [padded, padded.replace(/=+$/, ''), url, encodeURIComponent(padded)];
}

/**
 * What a value looks like within a longer text that is in base64 as a whole. Three bytes are four characters there, so that
 * it depends on how many stand before it; characters that hold bits of what is beside it too are left out.
 */
function* formsWithinBase64(value: string): Generator<string> {
  const bytes = Buffer.from(value);
  for (const before of [0, 1, 2]) {
    const coded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const form = coded.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
    if (form.length < SHORTEST_WITHIN) continue;
    yield form;
    yield form.replaceAll('+', '-').replaceAll('/', '_');
  }
}

function unicodeEscaped(text: string, pattern: RegExp): string {
  return text.replace(pattern, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
