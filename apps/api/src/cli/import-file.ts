import { UsageError } from './usage.js';

/** A row of the file, with where it stood there. */
export interface ImportRow {
  /** From 1, as a person counts. */
  number: number;
  fields: Record<string, unknown>;
}

/** RFC 4180, with what PostgreSQL's COPY makes: an empty field without quotes is NULL. */
export function parseCsv(text: string): Record<string, unknown>[] {
  const records = csvRecords(text);
  const [header, ...rows] = records;
  if (!header) return [];
  const names = header.map((name) => (name ?? '').trim());
  return rows
    .filter((row) => row.length > 1 || row[0] !== null)
    .map((row) => Object.fromEntries(names.map((name, index) => [name, row[index] ?? null])));
}

function csvRecords(text: string): (string | null)[][] {
  const records: (string | null)[][] = [];
  let record: (string | null)[] = [];
  // A field in quotes, where two of them are one; or one without; and what ends it.
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|\n|\r|$)/gy;
  while (field.lastIndex < text.length) {
    const at = field.lastIndex;
    const match = field.exec(text);
    if (!match) {
      const line = text.slice(0, at).split('\n').length;
      throw new UsageError(`The file is no CSV: look at the quotes on line ${line}.`);
    }
    const [, quoted, plain, end] = match;
    record.push(quoted === undefined ? plain || null : quoted.replaceAll('""', '"'));
    if (end === ',' && field.lastIndex < text.length) continue;
    if (end === ',') record.push(null);
    records.push(record);
    record = [];
  }
  return records;
}

function parseLines(text: string): unknown[] {
  return text
    .split('\n')
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '')
    .map(({ line, number }) => {
      try {
        return JSON.parse(line) as unknown;
      } catch {
        throw new UsageError(`Line ${number} of the file is no JSON.`);
      }
    });
}

function parseArray(text: string): unknown[] {
  try {
    return JSON.parse(text) as unknown[];
  } catch {
    throw new UsageError('The file begins like a JSON array, but is none.');
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a JSON array, JSON lines or CSV with a header, whichever it is. @throws UsageError */
export function readRows(content: string): ImportRow[] {
  const text = content.replace(/^\uFEFF/, '');
  const first = text.trimStart()[0];
  const values = first === '[' ? parseArray(text) : first === '{' ? parseLines(text) : parseCsv(text);
  return values.map((fields, index) => {
    if (!isObject(fields)) throw new UsageError(`Row ${index + 1} of the file is no object.`);
    return { number: index + 1, fields };
  });
}
