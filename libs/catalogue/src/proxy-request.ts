import { basicHeader, mergeHeaders } from './headers.js';
import type { AuthWay, Manifest } from './manifest.js';
import { explained, noAddress, renderAll, renderBaseUrl, scopeOf, tlsOf, type Values } from './request.js';
import { render } from './template.js';
import { joinPath, normalBase, pathProblem } from './url.js';

/** What a program asks for, as it came over the wire: percent codes are kept. */
export interface ProxyTarget {
  /** Below the integration's base URL: starts with `/`, or is empty for the base URL itself. */
  path: string;
  /** Without `?`. */
  query: string;
}

/** A program's call as it goes to the provider. It holds secrets: never log it. */
export interface ProxyRequest {
  url: string;
  /** What every address of this integration starts with, without a slash at its end. */
  base: string;
  /** They carry the credential and replace those of the caller. */
  headers: Record<string, string>;
  /** The type's own; those of the caller replace them. */
  defaults: Record<string, string>;
  tlsVerify: boolean;
  caCertificate?: string;
}

/** A call that the caller has to make in another way. `message` says what is wrong and what to do. */
export class ProxyRefusal extends Error {
  override name = 'ProxyRefusal';
}

/** What a request line may hold (RFC 9112, 3.2.1 and RFC 3986), and what most clients send besides. */
const PRINTABLE = /^[\x21-\x7e]*$/;
const ADDRESS = /^\/+[a-z][a-z0-9+.-]*:\/\//i;

function refuseUnusable(manifest: Manifest, way: AuthWay): void {
  const instead = 'Read the credential with GET /api/v1/integrations/{id}/credentials/value instead.';
  if ([way.base_url ?? manifest.base_url ?? []].flat().length === 0) {
    throw new ProxyRefusal(
      `${manifest.name} is not called over HTTP, so there is nothing to proxy. ${instead}`,
    );
  }
  if (way.placement.body) {
    throw new ProxyRefusal(
      `${manifest.name} wants the credential inside the body of each request, where the proxy does not put it. ${instead}`,
    );
  }
}

function checkPath(path: string): void {
  if (path === '') return;
  if (!path.startsWith('/') || path.startsWith('//') || ADDRESS.test(path)) {
    throw new ProxyRefusal(
      'After /proxy/ comes a path of the service, not an address: the host is always that of the integration.',
    );
  }
  const problem =
    PRINTABLE.test(path) && !path.includes('?')
      ? pathProblem(path)
      : 'has characters that must be written as percent codes';
  if (problem !== undefined) throw new ProxyRefusal(`The path after /proxy ${problem}.`);
}

function nameOf(parameter: string): string {
  const [name = ''] = parameter.split('=', 1);
  try {
    return decodeURIComponent(name.replaceAll('+', ' ')).toLowerCase();
  } catch {
    return name.toLowerCase();
  }
}

/** The caller's query as it is, less what has the name of a parameter that carries the credential. */
function joinQuery(query: string, placed: [string, string][]): string {
  if (!PRINTABLE.test(query) || query.includes('#')) {
    throw new ProxyRefusal('The query has characters that must be written as percent codes.');
  }
  if (placed.length === 0) return query;
  const names = new Set(placed.map(([name]) => name.toLowerCase()));
  const own = query.split('&').filter((parameter) => parameter !== '' && !names.has(nameOf(parameter)));
  const added = placed.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  return [...own, ...added].join('&');
}

/**
 * Builds a program's call: below the integration's own base URL, with the credential placed as the manifest says.
 * What the caller sends can change neither of the two.
 * @param config as stored
 * @param credentials stored fields and what was derived from them
 * @throws ProxyRefusal when the caller must ask otherwise
 * @throws ConfigurationError when a setting is missing or cannot be used
 */
export function buildProxyRequest(
  manifest: Manifest,
  way: AuthWay,
  config: Values,
  credentials: Values,
  { path, query }: ProxyTarget,
): ProxyRequest {
  refuseUnusable(manifest, way);
  checkPath(path);
  const scope = scopeOf(manifest, way, config, credentials);
  return explained(() => {
    const address = renderBaseUrl(manifest, way, scope);
    const prefix = render(way.placement.path_prefix ?? '', scope, encodeURIComponent);
    if (address === undefined || prefix === undefined) throw noAddress();
    const url = joinPath(address, `${prefix}${path}`);
    const base = prefix === '' ? normalBase(address) : joinPath(address, prefix).href;
    url.search = joinQuery(query, renderAll(way.placement.query, scope));
    return {
      url: url.href,
      base,
      headers: mergeHeaders([...renderAll(way.placement.headers, scope), ...basicHeader(way, scope)]),
      defaults: mergeHeaders(renderAll(manifest.headers, scope)),
      ...tlsOf(scope.config),
    };
  });
}
