/**
 * The template language of manifests: text with placeholders such as `{config.server_url}`,
 * `{credentials.token}` and `{config.region|urlencode}`. It is not code: a placeholder names one field of
 * the integration's own config or credentials, and filters from a fixed list. `{{` and `}}` are braces.
 * A `?` (`{credentials.prefix?}`) makes a missing value an empty text; otherwise it makes the whole
 * template missing, which drops the header or query parameter it stands in.
 */

/** What templates can reach. */
export interface TemplateScope {
  config: Readonly<Record<string, unknown>>;
  credentials: Readonly<Record<string, unknown>>;
}

type Source = keyof TemplateScope;

const FILTERS = {
  base64: (text: string) => Buffer.from(text, 'utf8').toString('base64'),
  urlencode: (text: string) => encodeURIComponent(text.toWellFormed()),
  trim_slash: (text: string) => text.replace(/\/+$/, ''),
  lower: (text: string) => text.toLowerCase(),
} as const;

type FilterName = keyof typeof FILTERS;

interface Placeholder {
  source: Source;
  name: string;
  optional: boolean;
  filters: FilterName[];
}

/** A checked template: literal texts and placeholders in their order. */
interface Template {
  parts: (string | Placeholder)[];
}

/** A template that cannot be read, or a value that cannot stand in one. Never holds a value. */
export class TemplateError extends Error {
  override name = 'TemplateError';
}

const PLACEHOLDER = /\{(config|credentials)\.([a-z][a-z0-9_]{0,63})(\?)?((?:\|[a-z0-9_]{1,20}){0,4})\}/y;
const REFUSED = new Set(['constructor', 'prototype', '__proto__']);
const cache = new Map<string, Template>();

function readFilters(text: string): FilterName[] {
  return text
    .split('|')
    .slice(1)
    .map((name) => {
      if (!Object.hasOwn(FILTERS, name)) throw new TemplateError(`there is no filter named “${name}”`);
      return name as FilterName;
    });
}

function readPlaceholder(text: string, position: number): { part: Placeholder; end: number } {
  PLACEHOLDER.lastIndex = position;
  const match = PLACEHOLDER.exec(text);
  if (!match) {
    throw new TemplateError(
      `“${text.slice(position, position + 40)}” is not a placeholder: write {config.x} or {credentials.x}, and {{ for a brace`,
    );
  }
  const [whole, source, name = '', optional, filters = ''] = match;
  if (REFUSED.has(name)) throw new TemplateError(`a field cannot be named “${name}”`);
  const part = {
    source: source as Source,
    name,
    optional: optional !== undefined,
    filters: readFilters(filters),
  };
  return { part, end: position + whole.length };
}

function parse(text: string): Template {
  const parts: Template['parts'] = [];
  let literal = '';
  let position = 0;
  while (position < text.length) {
    const pair = text.slice(position, position + 2);
    if (pair === '{{' || pair === '}}') {
      literal += pair[0];
      position += 2;
    } else if (pair.startsWith('}')) {
      throw new TemplateError('a closing brace stands alone: write }} for a brace');
    } else if (pair.startsWith('{')) {
      const { part, end } = readPlaceholder(text, position);
      if (literal) parts.push(literal);
      literal = '';
      parts.push(part);
      position = end;
    } else {
      literal += text[position];
      position += 1;
    }
  }
  if (literal) parts.push(literal);
  return { parts };
}

/**
 * Reads a template; the result is kept, since manifests are few and used often.
 * @throws TemplateError naming what is wrong
 */
export function parseTemplate(text: string): Template {
  let template = cache.get(text);
  if (!template) {
    template = parse(text);
    cache.set(text, template);
  }
  return template;
}

/** The fields a template names, for checking them against the manifest's own. */
export function templateFields(text: string): { source: Source; name: string }[] {
  return parseTemplate(text).parts.flatMap((part) =>
    typeof part === 'string' ? [] : [{ source: part.source, name: part.name }],
  );
}

function lookUp(scope: TemplateScope, { source, name }: Placeholder): string | undefined {
  const values = scope[source];
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined || value === null || value === '') return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)))
    return String(value);
  throw new TemplateError(`${source}.${name} is not a text, a number or a boolean`);
}

/**
 * Fills a template in.
 * @param encode applied to each value after its own filters (a path encodes, a header does not)
 * @returns undefined when a value that is not marked `?` is missing or empty
 * @throws TemplateError when the template cannot be read, or a value is an object
 */
export function render(
  text: string,
  scope: TemplateScope,
  encode: (value: string) => string = (value) => value,
): string | undefined {
  let result = '';
  for (const part of parseTemplate(text).parts) {
    if (typeof part === 'string') {
      result += part;
      continue;
    }
    const value = lookUp(scope, part);
    if (value === undefined && !part.optional) return undefined;
    if (value !== undefined) result += encode(part.filters.reduce((sum, name) => FILTERS[name](sum), value));
  }
  return result;
}
