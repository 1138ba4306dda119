import type { AuthWay, Manifest } from '@latchkey/catalogue';

/**
 * What a first call through the proxy can ask for: the path of the connection test, `{config.…}` left in it. Null
 * where the proxy does not work: nothing is called over HTTP, or the credential belongs into each body.
 */
export function examplePath(manifest: Manifest, way: AuthWay): string | null {
  const addresses = [way.base_url ?? manifest.base_url ?? []].flat();
  if (addresses.length === 0 || way.placement.body) return null;
  const request = (way.test ?? manifest.test).find((step) => step.request.method === 'GET')?.request;
  if (!request) return '/';
  const query = Object.entries(request.query ?? {}).map(
    ([name, value]) =>
      `${encodeURIComponent(name)}=${value.includes('{') ? value : encodeURIComponent(value)}`,
  );
  return query.length > 0 ? `${request.path}?${query.join('&')}` : request.path;
}
