import { createPrivateKey } from 'node:crypto';
import { githubApiUrl, isGitHubWebUrl } from './github-addresses.js';
import { EnvironmentError } from './variables.js';

/** The GitHub App that the whole installation has, from the environment. It holds secrets. */
export interface GitHubAppSettings {
  appId: string;
  /** PEM. */
  privateKey: string;
  webhookSecret: string | undefined;
  slug: string;
  clientId: string | undefined;
  clientSecret: string | undefined;
  webUrl: string;
  apiUrl: string;
}

interface Given {
  GITHUB_APP_ID: string | undefined;
  GITHUB_APP_PRIVATE_KEY: string | undefined;
  GITHUB_APP_WEBHOOK_SECRET: string | undefined;
  GITHUB_APP_SLUG: string | undefined;
  GITHUB_APP_CLIENT_ID: string | undefined;
  GITHUB_APP_CLIENT_SECRET: string | undefined;
  GITHUB_APP_URL: string;
}

const wrong = (name: string, got: string, wants: string): EnvironmentError =>
  new EnvironmentError(`${name}: got ${got}, wants ${wants}.`);

/** A PEM as it is, with its line breaks written as \n, or in base64: files with variables often take one line only. */
function pemOf(given: string): string {
  const text = given.includes('-----BEGIN') ? given : Buffer.from(given, 'base64').toString('utf8');
  const pem = text.replaceAll('\\n', '\n');
  const wants = 'the RSA key of the App in PEM form, with line breaks or \\n between its lines, or in base64';
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa' && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048) return pem;
  } catch {
    // Told below: what OpenSSL says of it helps nobody.
  }
  throw wrong('GITHUB_APP_PRIVATE_KEY', 'a value that does not fit (not shown)', wants);
}

/**
 * @returns undefined when the installation has no App.
 * @throws EnvironmentError for an App of which a part is missing or wrong
 */
export function githubAppSettings(given: Given): GitHubAppSettings | undefined {
  const { GITHUB_APP_ID: appId, GITHUB_APP_PRIVATE_KEY: key, GITHUB_APP_SLUG: slug } = given;
  const named = Object.entries(given).filter(
    ([name, value]) => name.startsWith('GITHUB_APP_') && name !== 'GITHUB_APP_URL' && value !== undefined,
  );
  if (named.length === 0) return undefined;
  const because = `since ${named[0]![0]} is set`;
  if (appId === undefined) throw wrong('GITHUB_APP_ID', 'nothing', `the App ID, ${because}`);
  if (!/^[0-9]{1,20}$/.test(appId)) throw wrong('GITHUB_APP_ID', `"${appId}"`, 'the number of the App');
  if (key === undefined) throw wrong('GITHUB_APP_PRIVATE_KEY', 'nothing', `the key of the App, ${because}`);
  if (slug === undefined)
    throw wrong('GITHUB_APP_SLUG', 'nothing', 'the last part of the address github.com/apps/…');
  if (!/^[a-z0-9][a-z0-9-]{0,98}$/i.test(slug))
    throw wrong('GITHUB_APP_SLUG', `"${slug}"`, 'letters, digits and hyphens');
  if ((given.GITHUB_APP_CLIENT_ID === undefined) !== (given.GITHUB_APP_CLIENT_SECRET === undefined))
    throw wrong(
      'GITHUB_APP_CLIENT_ID',
      'one of the two',
      'both the client ID and the client secret of the App',
    );
  if (!isGitHubWebUrl(given.GITHUB_APP_URL))
    throw wrong('GITHUB_APP_URL', `"${given.GITHUB_APP_URL}"`, 'the address of a GitHub without a path');
  const webUrl = new URL(given.GITHUB_APP_URL).origin;
  return {
    appId,
    privateKey: pemOf(key),
    webhookSecret: given.GITHUB_APP_WEBHOOK_SECRET,
    slug,
    clientId: given.GITHUB_APP_CLIENT_ID,
    clientSecret: given.GITHUB_APP_CLIENT_SECRET,
    webUrl,
    apiUrl: githubApiUrl(webUrl),
  };
}
