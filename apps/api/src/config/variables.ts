import ipaddr from 'ipaddr.js';
import { PUBLIC_GITHUB } from './github-addresses.js';

/** A wrong value among the environment variables; the message lists every one of them. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
}

interface Rule<T> {
  wants: string;
  /** @returns undefined when the text is not what is wanted. */
  parse: (text: string) => T | undefined;
  fallback: T;
  /** Never show what was given. */
  secret?: boolean;
  aliases?: string[];
}

const text = <F>(fallback: F, secret = false, aliases: string[] = []): Rule<string | F> => ({
  wants: 'a text',
  parse: (given) => given,
  fallback,
  secret,
  aliases,
});

const integer = (fallback: number, least: number, most: number): Rule<number> => ({
  wants: `a whole number from ${least} to ${most}`,
  parse: (given) => {
    const value = Number(given);
    return Number.isInteger(value) && value >= least && value <= most ? value : undefined;
  },
  fallback,
});

const oneOf = <T extends string, F>(choices: readonly T[], fallback: F): Rule<T | F> => ({
  wants: `one of ${choices.join(', ')}`,
  parse: (given) => choices.find((choice) => choice === given),
  fallback,
});

const url = <F>(schemes: string[], fallback: F, secret = false): Rule<string | F> => ({
  wants: `a URL that starts with ${schemes.map((scheme) => `${scheme}//`).join(' or ')}`,
  parse: (given) => (URL.canParse(given) && schemes.includes(new URL(given).protocol) ? given : undefined),
  fallback,
  secret,
});

const flag = <F>(fallback: F, aliases: string[] = []): Rule<boolean | F> => ({
  wants: 'true or false',
  parse: (given) => (given === 'true' ? true : given === 'false' ? false : undefined),
  fallback,
  aliases,
});

const list = <F>(fallback: F): Rule<string[] | F> => ({
  wants: 'a list separated by commas',
  parse: (given) =>
    given
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  fallback,
});

const networks = <F>(fallback: F): Rule<string[] | F> => ({
  ...list(fallback),
  wants: 'networks or addresses separated by commas, such as 10.0.0.0/8,192.168.7.1',
  parse: (given) => {
    const entries = list(undefined).parse(given);
    return entries?.every((entry) => ipaddr.isValidCIDR(entry) || ipaddr.isValid(entry))
      ? entries
      : undefined;
  },
});

const DATABASE_SCHEMES = ['postgres:', 'postgresql:'];
export const KEY_STORES = ['file', 'env', 'aws-kms', 'vault-transit'] as const;

const RULES = {
  PORT: integer(3000, 0, 65535),
  HOST: text('127.0.0.1'),
  PUBLIC_URL: url(['http:', 'https:'], undefined),
  DATABASE_URL: url(DATABASE_SCHEMES, undefined, true),
  DATABASE_APP_URL: url(DATABASE_SCHEMES, undefined, true),
  DATABASE_SYSTEM_URL: url(DATABASE_SCHEMES, undefined, true),
  DATABASE_LISTEN_URL: url(DATABASE_SCHEMES, undefined, true),
  LATCHKEY_DATA_DIR: text(undefined),
  LATCHKEY_ROLE: oneOf(['all', 'api', 'worker'] as const, 'all' as const),
  KEY_STORE: oneOf(KEY_STORES, undefined),
  KEY_STORE_NEXT: oneOf(KEY_STORES, undefined),
  ENCRYPTION_MASTER_KEY: text(undefined, true, ['ENCRYPTION_KEY', 'MASTER_KEY', 'TOKEN_ENCRYPTION_KEY']),
  ENCRYPTION_MASTER_KEY_NEXT: text(undefined, true),
  ENCRYPTION_PASSPHRASE: text(undefined, true),
  ENCRYPTION_PASSPHRASE_NEXT: text(undefined, true),
  AWS_REGION: text(undefined),
  AWS_ACCESS_KEY_ID: text(undefined),
  AWS_SECRET_ACCESS_KEY: text(undefined, true),
  AWS_SESSION_TOKEN: text(undefined, true),
  AWS_WEB_IDENTITY_TOKEN_FILE: text(undefined),
  AWS_ROLE_ARN: text(undefined),
  AWS_ROLE_SESSION_NAME: text('latchkey'),
  AWS_STS_ENDPOINT: url(['http:', 'https:'], undefined),
  AWS_KMS_KEY_ID: text(undefined),
  AWS_KMS_KEY_ID_NEXT: text(undefined),
  AWS_KMS_ENDPOINT: url(['http:', 'https:'], undefined),
  VAULT_ADDR: url(['http:', 'https:'], undefined),
  VAULT_NAMESPACE: text(undefined),
  VAULT_TOKEN: text(undefined, true),
  VAULT_TOKEN_FILE: text(undefined),
  VAULT_CACERT: text(undefined),
  VAULT_TRANSIT_MOUNT: text('transit'),
  VAULT_TRANSIT_KEY: text('latchkey'),
  VAULT_TRANSIT_KEY_NEXT: text(undefined),
  KEY_STORE_BOOT_WAIT: integer(30, 0, 600),
  KEY_CACHE_GRACE: integer(3600, 0, 86_400),
  JWT_SECRET: {
    ...text(undefined, true, ['JWT_SECRET_KEY']),
    wants: 'a text of at least 32 bytes',
    parse: (given: string) => (Buffer.byteLength(given) >= 32 ? given : undefined),
  },
  SLACK_SIGNING_SECRET: text(undefined, true),
  REGISTRATION: oneOf(['open', 'invite', 'closed'] as const, 'open' as const),
  SMTP_URL: url(['smtp:', 'smtps:'], undefined, true),
  MAIL_FROM: text('Latchkey <latchkey@localhost>'),
  HEALTH_CHECK_INTERVAL: integer(300, 5, 86_400),
  HEALTH_CHECK_CONCURRENCY: integer(50, 1, 1000),
  METRICS_RETENTION_DAYS: integer(90, 1, 3650),
  ACCESS_TOKEN_TTL: integer(3600, 60, 86_400),
  REFRESH_TOKEN_TTL: integer(30 * 86_400, 3600, 365 * 86_400),
  TRUSTED_PROXIES: networks<string[]>([]),
  FORCE_HTTPS: flag(false),
  SESSION_COOKIE_SECURE: flag(undefined),
  GITHUB_APP_ID: text(undefined),
  GITHUB_APP_PRIVATE_KEY: text(undefined, true),
  GITHUB_APP_WEBHOOK_SECRET: text(undefined, true),
  GITHUB_APP_SLUG: text(undefined),
  GITHUB_APP_CLIENT_ID: text(undefined),
  GITHUB_APP_CLIENT_SECRET: text(undefined, true),
  GITHUB_APP_URL: url<string>(['http:', 'https:'], PUBLIC_GITHUB),
  EGRESS_ALLOW: networks<undefined>(undefined),
  EGRESS_DENY: networks<string[]>([]),
  EGRESS_HOST_MAP: text(''),
};

export type Variables = {
  [Name in keyof typeof RULES]: (typeof RULES)[Name] extends Rule<infer T> ? T : never;
};

function given(source: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = source[name]?.trim();
  return value === '' ? undefined : value;
}

/**
 * Reads every variable; the names of the seeds are taken as aliases and said so.
 * @throws EnvironmentError
 */
export function readVariables(source: NodeJS.ProcessEnv): { values: Variables; notices: string[] } {
  const values: Record<string, unknown> = {};
  const wrong: string[] = [];
  const notices: string[] = [];
  for (const [name, rule] of Object.entries(RULES) as [string, Rule<unknown>][]) {
    const alias =
      given(source, name) === undefined ? rule.aliases?.find((other) => given(source, other)) : undefined;
    const raw = given(source, alias ?? name);
    if (alias) notices.push(`${alias} is taken for ${name}; prefer the name ${name}.`);
    const parsed = raw === undefined ? rule.fallback : rule.parse(raw);
    if (raw !== undefined && parsed === undefined) {
      const got = rule.secret ? 'a value that does not fit (not shown)' : `"${raw}"`;
      wrong.push(`${alias ?? name}: got ${got}, wants ${rule.wants}.`);
    }
    values[name] = parsed;
  }
  if (wrong.length > 0) throw new EnvironmentError(wrong.join('\n'));
  return { values: values as Variables, notices };
}

export interface OAuthClientSettings {
  id: string;
  /** Absent for public clients. */
  secret?: string;
}

const CLIENT_NAME = /^([A-Z][A-Z0-9_]*)_OAUTH_CLIENT_(ID|SECRET)$/;
/** Shorter names that are taken too. */
const CLIENT_ALIASES: Record<string, string> = {
  SLACK_CLIENT_ID: 'SLACK_OAUTH_CLIENT_ID',
  SLACK_CLIENT_SECRET: 'SLACK_OAUTH_CLIENT_SECRET',
  SUPABASE_CLIENT_ID: 'SUPABASE_OAUTH_CLIENT_ID',
  SUPABASE_CLIENT_SECRET: 'SUPABASE_OAUTH_CLIENT_SECRET',
};

/**
 * OAuth clients of integration types for the whole installation: `<TYPE>_OAUTH_CLIENT_ID` and `_SECRET`.
 * @returns by the id of the type, and what to tell the operator.
 * @throws EnvironmentError for a secret without its id
 */
export function readOAuthClients(source: NodeJS.ProcessEnv): {
  clients: Map<string, OAuthClientSettings>;
  notices: string[];
} {
  const parts = new Map<string, { id?: string; secret?: string }>();
  const notices: string[] = [];
  const take = (name: string, value: string): void => {
    const [, type = '', part = ''] = CLIENT_NAME.exec(name) ?? [];
    const found = parts.get(type) ?? {};
    parts.set(type, { ...found, [part.toLowerCase()]: value });
  };
  for (const [alias, name] of Object.entries(CLIENT_ALIASES)) {
    const value = given(source, alias);
    if (value === undefined || given(source, name) !== undefined) continue;
    notices.push(`${alias} is taken for ${name}; prefer the name ${name}.`);
    take(name, value);
  }
  for (const name of Object.keys(source)) {
    const value = CLIENT_NAME.test(name) ? given(source, name) : undefined;
    if (value !== undefined) take(name, value);
  }
  const clients = new Map<string, OAuthClientSettings>();
  for (const [type, { id, secret }] of parts) {
    if (id === undefined)
      throw new EnvironmentError(
        `${type}_OAUTH_CLIENT_ID: got nothing, wants the ID that belongs to the secret.`,
      );
    clients.set(type.toLowerCase(), secret === undefined ? { id } : { id, secret });
  }
  return { clients, notices };
}
