import type { AuthWay, FieldSet, Manifest, RequestBody, StatusPattern, Step } from './manifest.js';
import { render, TemplateError, type TemplateScope } from './template.js';
import { ConfigurationError, joinUrl } from './url.js';

export type Purpose = 'test' | 'health';

/** One HTTP request to the provider, ready to be sent through egress. It holds secrets: never log it. */
export interface ProviderRequest {
  /** The step of the manifest this is; `interpret` finds its rules by it. */
  step: string;
  purpose: Purpose;
  /** A failure of an optional request never fails the test. */
  optional: boolean;
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  tlsVerify: boolean;
  caCertificate?: string;
  /** Statuses that count as success, with config filled in. */
  expectedStatuses: StatusPattern[];
}

export type Values = Readonly<Record<string, unknown>>;

const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Set by the HTTP client, or able to change where the request ends (RFC 9110, 7.6.1). */
const REFUSED_HEADERS = new Set(
  'host content-length transfer-encoding connection keep-alive upgrade te trailer expect proxy-authorization proxy-connection'.split(
    ' ',
  ),
);

/** A header that the HTTP client decides; a credential cannot be placed there. */
export const isReservedHeader = (name: string): boolean => REFUSED_HEADERS.has(name.toLowerCase());

/** The steps a way runs for a purpose. */
export function stepsOf(manifest: Manifest, way: AuthWay, purpose: Purpose): Step[] {
  return way[purpose] ?? manifest[purpose];
}

/** Manifests do not change, and every call needs them. */
const defaultsOf = new WeakMap<FieldSet, Values>();

function withDefaults(fields: FieldSet, values: Values): Values {
  let defaults = defaultsOf.get(fields);
  if (!defaults) {
    const given = Object.entries(fields.properties).filter(([, field]) => field.default !== undefined);
    defaults = Object.fromEntries(given.map(([name, field]) => [name, field.default]));
    defaultsOf.set(fields, defaults);
  }
  return { ...defaults, ...values };
}

function isSet(values: Values, name: string): boolean {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  return value !== undefined && value !== null && value !== '';
}

function missing(manifest: Manifest, name: string): ConfigurationError {
  const title = manifest.config.properties[name]?.title ?? name;
  return new ConfigurationError(
    `${title} is not set`,
    `Fill in “${title}” in the settings of the integration.`,
  );
}

function requireConfig(manifest: Manifest, way: AuthWay, config: Values): void {
  const absent = [...manifest.config.required, ...way.requires_config].find((name) => !isSet(config, name));
  if (absent !== undefined) throw missing(manifest, absent);
}

export function renderAll(
  templates: Record<string, string> | undefined,
  scope: TemplateScope,
): [string, string][] {
  return Object.entries(templates ?? {}).flatMap(([name, text]) => {
    const key = render(name, scope);
    const value = render(text, scope);
    return key === undefined || value === undefined ? [] : [[key, value]];
  });
}

export function basicHeader(way: AuthWay, scope: TemplateScope): [string, string][] {
  const basic = way.placement.basic;
  const username = basic && render(basic.username, scope);
  if (!basic || username === undefined) return [];
  const pair = `${username}:${render(basic.password, scope) ?? ''}`;
  return [['Authorization', `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`]];
}

function checkHeader(name: string, value: string): void {
  if (!HEADER_NAME.test(name) || isReservedHeader(name)) {
    throw new ConfigurationError(
      'The name of a header cannot be used',
      'Use letters, digits and hyphens, and none of the headers that HTTP itself needs, such as Host.',
    );
  }
  if (!HEADER_VALUE.test(value)) {
    throw new ConfigurationError(
      `The value for the header ${name} has characters that cannot be sent`,
      'Paste the credential again, on one line and without line breaks or special characters.',
    );
  }
}

/** Later ones replace earlier ones of the same name in any case. */
export function mergeHeaders(entries: [string, string][]): Record<string, string> {
  const merged = new Map<string, [string, string]>();
  for (const [name, value] of entries) {
    checkHeader(name, value);
    merged.set(name.toLowerCase(), [name, value]);
  }
  return Object.fromEntries(merged.values());
}

function renderJson(value: unknown, scope: TemplateScope): unknown {
  if (typeof value === 'string') return render(value, scope);
  if (Array.isArray(value)) return value.map((item) => renderJson(item, scope));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, renderJson(item, scope)]));
}

function buildBody(
  body: RequestBody | undefined,
  placed: [string, string][],
  scope: TemplateScope,
): { text: string; type: string } | undefined {
  if (body && 'text' in body) return { text: render(body.text, scope) ?? '', type: body.content_type };
  if (body && 'form' in body) {
    const form = new URLSearchParams([...renderAll(body.form, scope), ...placed]);
    return { text: form.toString(), type: 'application/x-www-form-urlencoded' };
  }
  if (!body && placed.length === 0) return undefined;
  const json = renderJson(body?.json ?? {}, scope) as Record<string, unknown>;
  return { text: JSON.stringify({ ...json, ...Object.fromEntries(placed) }), type: 'application/json' };
}

function expectedStatuses(step: Step, scope: TemplateScope): StatusPattern[] {
  const statuses = step.success.status.flatMap((status): StatusPattern[] => {
    if (typeof status === 'number' || !status.startsWith('{')) return [status];
    const value = Number(render(status, scope));
    return Number.isInteger(value) ? [value] : [];
  });
  return statuses.length > 0 ? statuses : ['2xx'];
}

/** Values are encoded, except when the whole path is one that a person typed. */
function renderPath(template: string, scope: TemplateScope): string | undefined {
  const typed = /^\{[^{}]*\}$/.test(template);
  return render(template, scope, typed ? undefined : encodeURIComponent);
}

/** The address a way's requests start with: the first of its templates, or the type's, that no value is missing for. */
export function renderBaseUrl(manifest: Manifest, way: AuthWay, scope: TemplateScope): string | undefined {
  for (const template of [way.base_url ?? manifest.base_url ?? []].flat()) {
    const base = render(template, scope);
    if (base !== undefined) return base;
  }
  return undefined;
}

export function noAddress(): ConfigurationError {
  return new ConfigurationError(
    'A setting that the address is made of is empty',
    'Fill in the address in the settings of the integration.',
  );
}

function buildUrl(manifest: Manifest, way: AuthWay, step: Step, scope: TemplateScope): string {
  const base = renderBaseUrl(manifest, way, scope);
  const path = renderPath(step.request.path, scope);
  const prefix = render(way.placement.path_prefix ?? '', scope, encodeURIComponent);
  if (base === undefined || path === undefined || prefix === undefined) throw noAddress();
  const query = [...renderAll(step.request.query, scope), ...renderAll(way.placement.query, scope)];
  return joinUrl(base, `${prefix}${path}`, Object.fromEntries(query));
}

/** Whom the server has to be, as the integration says it. */
export function tlsOf(config: Values): { tlsVerify: boolean; caCertificate?: string } {
  const { tls_verify: tlsVerify, ca_certificate: caCertificate } = config;
  return {
    tlsVerify: tlsVerify !== false,
    ...(typeof caCertificate === 'string' && caCertificate !== '' && { caCertificate }),
  };
}

function buildRequest(
  manifest: Manifest,
  way: AuthWay,
  step: Step,
  scope: TemplateScope,
  purpose: Purpose,
): ProviderRequest {
  const { method } = step.request;
  const placed = method === 'GET' || method === 'HEAD' ? [] : renderAll(way.placement.body, scope);
  const body = buildBody(step.request.body, placed, scope);
  const headers = mergeHeaders([
    ['User-Agent', 'Latchkey'],
    ['Accept', step.success.expect === 'json' ? 'application/json' : '*/*'],
    ...(body ? [['Content-Type', body.type] as [string, string]] : []),
    ...renderAll(manifest.headers, scope),
    ...renderAll(step.request.headers, scope),
    ...renderAll(way.placement.headers, scope),
    ...basicHeader(way, scope),
  ]);
  return {
    step: step.id,
    purpose,
    optional: step.optional,
    method,
    url: buildUrl(manifest, way, step, scope),
    headers,
    ...(body && { body: body.text }),
    ...tlsOf(scope.config),
    expectedStatuses: expectedStatuses(step, scope),
  };
}

/** What the templates of a way are filled with. @throws ConfigurationError when a setting is missing */
export function scopeOf(
  manifest: Manifest,
  way: AuthWay,
  config: Values,
  credentials: Values,
): TemplateScope {
  const scope = {
    config: withDefaults(manifest.config, config),
    credentials: withDefaults(way.schema, credentials),
  };
  requireConfig(manifest, way, scope.config);
  return scope;
}

/** Runs what fills templates in. @throws ConfigurationError for a value that cannot stand in one */
export function explained<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ConfigurationError('A setting cannot be used', 'Save the settings of the integration again.');
  }
}

/**
 * The requests that test an integration, in order. They go to the integration's own address with its own
 * credential: nothing a caller sends with the test can change either.
 * @param config as stored (defaults of the manifest are filled in again, so old rows work)
 * @param credentials as opened from the vault
 * @throws ConfigurationError when a setting is missing or cannot be used; a failure of kind `config`
 * @throws Error when the type is tested by code
 */
export function buildRequests(
  manifest: Manifest,
  way: AuthWay,
  config: Values,
  credentials: Values,
  purpose: Purpose,
): ProviderRequest[] {
  if (manifest.provider !== 'manifest')
    throw new Error(`${manifest.id} is tested by code: ${manifest.provider}`);
  const scope = scopeOf(manifest, way, config, credentials);
  const steps = stepsOf(manifest, way, purpose).filter(
    (step) =>
      step.only_with.every((name) => isSet(scope.config, name)) &&
      !step.only_without.some((name) => isSet(scope.config, name)),
  );
  return explained(() => steps.map((step) => buildRequest(manifest, way, step, scope, purpose)));
}
