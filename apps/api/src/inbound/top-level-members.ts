import { AppError } from '../common/app-error.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACE = 0x7b;
const END_BRACE = 0x7d;

// Functions and no lists: they are asked of each of millions of bytes.
const opens = (byte: number | undefined): boolean => byte === BRACE || byte === 0x5b;
const closes = (byte: number | undefined): boolean => byte === END_BRACE || byte === 0x5d;
const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** What names something is short. */
const LONGEST_MEMBER = 65_536;

/**
 * Members of a JSON object by their names, without the rest: what a few bytes of text become in memory may be fifty times as
 * large, so a text of many megabytes is not read as a whole. What is skipped is not looked at more closely than its end needs.
 * @throws AppError VALIDATION_FAILED when it is no object
 */
export function membersOf(text: Buffer, names: readonly string[]): Record<string, unknown> {
  const found = Object.create(null) as Record<string, unknown>;
  let at = expectByte(text, afterSpace(text, 0), BRACE);
  if (text[afterSpace(text, at)] === END_BRACE) return ended(text, afterSpace(text, at) + 1, found);
  for (;;) {
    at = afterSpace(text, at);
    if (text[at] !== QUOTE) throw unreadable();
    const nameEnd = afterString(text, at);
    const name = text.toString('utf8', at + 1, nameEnd - 1);
    const start = afterSpace(text, expectByte(text, afterSpace(text, nameEnd), COLON));
    const end = afterValue(text, start);
    if (names.includes(name) && end - start <= LONGEST_MEMBER) found[name] = parsed(text, start, end);
    at = afterSpace(text, end);
    if (text[at] === END_BRACE) return ended(text, at + 1, found);
    at = expectByte(text, at, COMMA);
  }
}

const unreadable = (): AppError => new AppError('VALIDATION_FAILED', 'The event is not a JSON object.');

function expectByte(text: Buffer, at: number, byte: number): number {
  if (text[at] !== byte) throw unreadable();
  return at + 1;
}

function afterSpace(text: Buffer, from: number): number {
  let at = from;
  while (isSpace(text[at])) at += 1;
  return at;
}

/** @param from its first quotation mark */
function afterString(text: Buffer, from: number): number {
  for (let at = from + 1; at < text.length; at += 1) {
    if (text[at] === BACKSLASH) at += 1;
    else if (text[at] === QUOTE) return at + 1;
  }
  throw unreadable();
}

function afterValue(text: Buffer, from: number): number {
  const first = text[from];
  if (first === QUOTE) return afterString(text, from);
  return opens(first) ? afterNested(text, from) : afterWord(text, from);
}

/** By counting: a recursion would end where somebody nests deeply enough. */
function afterNested(text: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) at = afterString(text, at) - 1;
    else if (opens(byte)) depth += 1;
    else if (closes(byte)) depth -= 1;
    if (depth === 0) return at + 1;
  }
  throw unreadable();
}

/** A number, `true`, `false` or `null`. */
function afterWord(text: Buffer, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== COMMA && !closes(text[at]) && !isSpace(text[at])) at += 1;
  if (at === from) throw unreadable();
  return at;
}

function parsed(text: Buffer, start: number, end: number): unknown {
  try {
    return JSON.parse(text.toString('utf8', start, end));
  } catch {
    throw unreadable();
  }
}

function ended(text: Buffer, at: number, found: Record<string, unknown>): Record<string, unknown> {
  if (afterSpace(text, at) !== text.length) throw unreadable();
  return found;
}
