/** Where people go. */
export const PUBLIC_GITHUB = 'https://github.com';

/** An origin and nothing more, of http or https. */
export function isGitHubWebUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, pathname, search, hash } = new URL(text);
  return (
    ['http:', 'https:'].includes(protocol) && !username && !password && pathname === '/' && !search && !hash
  );
}

/**
 * Where the API of a GitHub is.
 *
 * https://docs.github.com/en/enterprise-server@latest/rest/quickstart; with data residency (`*.ghe.com`) it has a name
 * of its own, as on github.com.
 */
export function githubApiUrl(webUrl: string): string {
  const { origin, protocol, host, hostname } = new URL(webUrl);
  const isHosted = hostname === 'github.com' || hostname.endsWith('.ghe.com');
  return isHosted ? `${protocol}//api.${host}` : `${origin}/api/v3`;
}
