import type { BodyCondition, Condition, HeaderCondition, StatusPattern } from './manifest.js';
import { readPath } from './paths.js';
import type { HeaderMap } from './rate-limit.js';

/** What came back from a provider, as egress hands it over. */
export interface ProviderResponse {
  status: number;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

/** A response, read once. */
export interface Answer {
  status: number;
  headers: HeaderMap;
  text: string;
  /** undefined when the body is not JSON */
  json: { value: unknown } | undefined;
}

/** A regular expression sees this much of a value; more cannot change what an error says. */
const LONGEST_MATCHED = 2_000;

function parseJson(text: string): Answer['json'] {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined;
  }
}

export function readAnswer(response: ProviderResponse): Answer {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(response.headers)) {
    const text = Array.isArray(value) ? value.join(', ') : value;
    if (text !== undefined) headers.set(name.toLowerCase(), text);
  }
  // Some servers put a byte order mark before their JSON.
  const text = response.body.toString('utf8').replace(/^\uFEFF/, '');
  return { status: response.status, headers, text, json: text === '' ? undefined : parseJson(text) };
}

export function statusMatches(patterns: StatusPattern[], status: number): boolean {
  return patterns.some((pattern) =>
    typeof pattern === 'number' ? pattern === status : pattern === `${Math.floor(status / 100)}xx`,
  );
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function finds(pattern: string, text: string): boolean {
  return new RegExp(pattern, 'iu').test(text.slice(0, LONGEST_MATCHED));
}

export function bodyMatches(condition: BodyCondition, json: Answer['json']): boolean {
  if (!json) return false;
  const value = readPath(json.value, condition.path);
  const { equals, exists, is, matches } = condition;
  if (exists !== undefined && exists !== (value !== undefined)) return false;
  if (equals !== undefined && value !== equals) return false;
  if (condition.in && !condition.in.some((candidate) => candidate === value)) return false;
  if (is && !is.some((type) => type === typeOf(value))) return false;
  return matches === undefined || (typeof value === 'string' && finds(matches, value));
}

function headerMatches({ name, equals, exists, matches }: HeaderCondition, headers: HeaderMap): boolean {
  const value = headers.get(name.toLowerCase());
  if (exists !== undefined && exists !== (value !== undefined)) return false;
  if (equals !== undefined && value !== equals) return false;
  return matches === undefined || (value !== undefined && finds(matches, value));
}

/** Whether all parts of a condition hold for an answer. */
export function conditionHolds(condition: Condition, answer: Answer): boolean {
  const { status, headers = [], body = [] } = condition;
  return (
    (!status || statusMatches(status, answer.status)) &&
    headers.every((part) => headerMatches(part, answer.headers)) &&
    body.every((part) => bodyMatches(part, answer.json))
  );
}
