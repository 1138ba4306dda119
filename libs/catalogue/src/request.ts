import type {
  AuthWay,
  FieldSet,
  Manifest,
  RequestBody,
  RequestTemplate,
  StatusPattern,
  Step,
} from './manifest.js';
import { basicHeader, mergeHeaders } from './headers.js';
import { render, TemplateError, type TemplateScope } from './template.js';
import { ConfigurationError, joinUrl } from './url.js';

export type Purpose = 'test' | 'health';

/** One HTTP request to the provider, ready to be sent through egress. It holds secrets: never log it. */
export interface ProviderCall {
  method: string;
  url: string;
  headers: Record<string, string>;
  body?: string;
  tlsVerify: boolean;
  caCertificate?: string;
}

export interface ProviderRequest extends ProviderCall {
  /** The step of the manifest this is; `interpret` finds its rules by it. */
  step: string;
  purpose: Purpose;
  /** A failure of an optional request never fails the test. */
  optional: boolean;
  /** Statuses that count as success, with config filled in. */
  expectedStatuses: StatusPattern[];
}

export type Values = Readonly<Record<string, unknown>>;

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

function buildUrl(
  manifest: Manifest,
  way: AuthWay,
  request: RequestTemplate,
  scope: TemplateScope,
  base = renderBaseUrl(manifest, way, scope),
): string {
  const path = renderPath(request.path, scope);
  const prefix = render(way.placement.path_prefix ?? '', scope, encodeURIComponent);
  if (base === undefined || path === undefined || prefix === undefined) throw noAddress();
  const query = [...renderAll(request.query, scope), ...renderAll(way.placement.query, scope)];
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

/**
 * A request with the credential where the manifest says.
 * @param base where it goes, if not to the way's own address
 */
export function buildCall(
  manifest: Manifest,
  way: AuthWay,
  request: RequestTemplate,
  scope: TemplateScope,
  { accept = 'application/json', base }: { accept?: string; base?: string } = {},
): ProviderCall {
  const placed =
    request.method === 'GET' || request.method === 'HEAD' ? [] : renderAll(way.placement.body, scope);
  const body = buildBody(request.body, placed, scope);
  const headers = mergeHeaders([
    ['User-Agent', 'Latchkey'],
    ['Accept', accept],
    ...(body ? [['Content-Type', body.type] as [string, string]] : []),
    ...renderAll(manifest.headers, scope),
    ...renderAll(request.headers, scope),
    ...renderAll(way.placement.headers, scope),
    ...basicHeader(way, scope),
  ]);
  return {
    method: request.method,
    url: buildUrl(manifest, way, request, scope, base),
    headers,
    ...(body && { body: body.text }),
    ...tlsOf(scope.config),
  };
}

function buildRequest(
  manifest: Manifest,
  way: AuthWay,
  step: Step,
  scope: TemplateScope,
  purpose: Purpose,
): ProviderRequest {
  const accept = step.success.expect === 'json' ? 'application/json' : '*/*';
  return {
    step: step.id,
    purpose,
    optional: step.optional,
    ...buildCall(manifest, way, step.request, scope, { accept }),
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
