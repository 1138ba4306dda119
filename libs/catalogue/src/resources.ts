import type { ProviderResponse } from './conditions.js';
import type { AuthWay, Manifest, Step, SyncResource } from './manifest.js';
import { judgeStep, type Outcome } from './outcome.js';
import { readPath } from './paths.js';
import { buildCall, explained, type ProviderCall, scopeOf, type Values } from './request.js';

/** One thing of a list that the account holds. */
export interface ResourceItem {
  id: string;
  name: string;
  /** What else the manifest keeps of it. */
  details: Record<string, string | number | boolean>;
}

export interface ResourcePage {
  items: ResourceItem[];
  /** Give it to `resourceRequest` for the next page; undefined when this was the last. */
  next?: string;
}

const LONGEST_TEXT = 300;
const LONGEST_CURSOR = 2048;

/** What a person can choose among with a credential of this way. */
export function choosableResources(manifest: Manifest, way: AuthWay): SyncResource[] {
  return (manifest.sync?.resources ?? []).filter(
    ({ choose, ways }) => choose && (ways?.includes(way.id) ?? true),
  );
}

/** A page that a server names may not lead the credential elsewhere. */
const sameList = (next: string, first: string): boolean => {
  const [a, b] = [URL.parse(next), new URL(first)];
  return a?.origin === b.origin && a.pathname === b.pathname;
};

/**
 * The request for one page of a list.
 * @param next of the page before
 * @throws ConfigurationError when a setting is missing or cannot be used
 */
export function resourceRequest(
  manifest: Manifest,
  way: AuthWay,
  resource: SyncResource,
  config: Values,
  credentials: Values,
  next?: string,
): ProviderCall {
  const scope = scopeOf(manifest, way, config, credentials);
  const call = explained(() => buildCall(manifest, way, resource.request, scope));
  if (next === undefined) return call;
  if (resource.next?.link_header) return sameList(next, call.url) ? { ...call, url: next } : call;
  const url = new URL(call.url);
  if (resource.next?.parameter) url.searchParams.set(resource.next.parameter, next);
  return { ...call, url: url.href };
}

const stepOf = ({ id, request }: SyncResource): Step => ({
  id,
  optional: false,
  only_with: [],
  only_without: [],
  request,
  success: { status: ['2xx'], expect: 'json', body: [] },
  failures: [],
  details: {},
});

/** Whether a page came, and what it means if not. @param now milliseconds since the epoch */
export function judgeResourcePage(
  manifest: Manifest,
  way: AuthWay,
  resource: SyncResource,
  response: ProviderResponse,
  now: number,
): Outcome {
  return judgeStep(manifest, way, stepOf(resource), ['2xx'], response, now);
}

function plain(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  return typeof value === 'string' && value !== ''
    ? value.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_TEXT)
    : undefined;
}

function itemOf(fields: Record<string, string>, item: unknown): ResourceItem[] {
  const read = Object.entries(fields).flatMap(([name, path]): [string, string | number | boolean][] => {
    const value = plain(readPath(item, path));
    return value === undefined ? [] : [[name, value]];
  });
  const { id, name, ...details } = Object.fromEntries(read);
  return id === undefined ? [] : [{ id: String(id), name: String(name ?? id), details }];
}

function linkedPage(headers: ProviderResponse['headers'], url: string): string | undefined {
  const value = headers.link;
  const text = Array.isArray(value) ? value.join(', ') : (value ?? '');
  for (const [, target = '', parameters = ''] of text.matchAll(/<([^<>]{1,2048})>((?:\s*;[^,<]*)*)/g)) {
    const isNext = /;\s*rel\s*=\s*"?([^";]*\s)?next(\s[^";]*)?"?\s*(;|$)/i.test(parameters);
    const next = isNext ? URL.parse(target, url)?.href : undefined;
    if (next !== undefined && sameList(next, url)) return next;
  }
  return undefined;
}

function cursorOf(json: unknown, path: string): string | undefined {
  const value = readPath(json, path);
  const text = typeof value === 'number' ? String(value) : value;
  return typeof text === 'string' && text !== '' && text.length <= LONGEST_CURSOR ? text : undefined;
}

/** What an answer that `judgeResourcePage` found good lists. @param url of the request */
export function readResourcePage(
  resource: SyncResource,
  url: string,
  response: ProviderResponse,
): ResourcePage {
  const json: unknown = JSON.parse(response.body.toString('utf8').replace(/^\uFEFF/, ''));
  const list = readPath(json, resource.items);
  const items = (Array.isArray(list) ? list : []).flatMap((item) => itemOf(resource.fields, item));
  const { link_header: linked, cursor } = resource.next ?? {};
  const next = linked
    ? linkedPage(response.headers, url)
    : cursor !== undefined
      ? cursorOf(json, cursor)
      : undefined;
  return { items, ...(next !== undefined && { next }) };
}
