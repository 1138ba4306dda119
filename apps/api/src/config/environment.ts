import { type GitHubAppSettings, githubAppSettings } from './github-app-settings.js';
import { type KeySettings, keySettings, nextKeySettings } from './key-settings.js';
import { type OAuthClientSettings, readOAuthClients, readVariables, type Variables } from './variables.js';
import { resolveDataDirectory } from './data-directory.js';

/** Private networks (RFC 1918, RFC 4193): the services of a company usually live there. */
const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7'];

/**
 * What the process was told, read once at boot and typed from then on.
 * Times are in seconds unless the name says otherwise.
 */
export class Environment {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: URL;
  readonly databaseUrl: string | undefined;
  readonly databaseAppUrl: string | undefined;
  readonly databaseSystemUrl: string | undefined;
  readonly databaseListenUrl: string | undefined;
  readonly dataDirectory: string;
  readonly role: 'all' | 'api' | 'worker';
  readonly keyStore: KeySettings['kind'];
  readonly masterKey: string | undefined;
  readonly passphrase: string | undefined;
  /** Where the root key is held. */
  readonly rootKey: KeySettings;
  /** Where the root key is to be held after the next rotation, or was rotated to already. */
  readonly nextRootKey: KeySettings | undefined;
  /** How long a start waits for a key store that cannot be reached. */
  readonly keyStoreBootWait: number;
  /** How long keys in memory outlive their freshness while the key store cannot be reached. */
  readonly keyCacheGrace: number;
  readonly jwtSecret: string | undefined;
  /** Of the Slack app whose OAuth client the installation has. */
  readonly slackSigningSecret: string | undefined;
  readonly registration: 'open' | 'invite' | 'closed';
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly healthCheckInterval: number;
  readonly healthCheckConcurrency: number;
  readonly retentionDays: number;
  readonly accessTokenTtl: number;
  readonly refreshTokenTtl: number;
  readonly trustedProxies: string[];
  readonly forceHttps: boolean;
  /** Cookies are `Secure`: by default when PUBLIC_URL is https. */
  readonly secureCookies: boolean;
  readonly egressAllow: string[];
  readonly egressDeny: string[];
  readonly egressHostMap: string;
  /** What the operator should know about how the variables were read; printed at boot. */
  readonly notices: string[];
  /** The GitHub App of the whole installation; organisations can make their own. */
  readonly githubApp: GitHubAppSettings | undefined;
  /** OAuth clients of integration types, by the id of the type. */
  readonly oauthClients: ReadonlyMap<string, OAuthClientSettings>;

  constructor(
    values: Variables,
    notices: string[] = [],
    oauthClients: ReadonlyMap<string, OAuthClientSettings> = new Map(),
  ) {
    this.port = values.PORT;
    this.host = values.HOST;
    this.publicUrl = new URL(values.PUBLIC_URL ?? `http://localhost:${values.PORT}`);
    this.databaseUrl = values.DATABASE_URL;
    this.databaseAppUrl = values.DATABASE_APP_URL;
    this.databaseSystemUrl = values.DATABASE_SYSTEM_URL;
    this.databaseListenUrl = values.DATABASE_LISTEN_URL;
    this.dataDirectory = resolveDataDirectory(values.LATCHKEY_DATA_DIR);
    this.role = values.LATCHKEY_ROLE;
    this.masterKey = values.ENCRYPTION_MASTER_KEY;
    this.passphrase = values.ENCRYPTION_PASSPHRASE;
    this.keyStore = values.KEY_STORE ?? (this.masterKey || this.passphrase ? 'env' : 'file');
    this.rootKey = keySettings(values, this.keyStore, '');
    this.nextRootKey = nextKeySettings(values);
    this.keyStoreBootWait = values.KEY_STORE_BOOT_WAIT;
    this.keyCacheGrace = values.KEY_CACHE_GRACE;
    this.jwtSecret = values.JWT_SECRET;
    this.slackSigningSecret = values.SLACK_SIGNING_SECRET;
    this.registration = values.REGISTRATION;
    this.smtpUrl = values.SMTP_URL;
    this.mailFrom = values.MAIL_FROM;
    this.healthCheckInterval = values.HEALTH_CHECK_INTERVAL;
    this.healthCheckConcurrency = values.HEALTH_CHECK_CONCURRENCY;
    this.retentionDays = values.METRICS_RETENTION_DAYS;
    this.accessTokenTtl = values.ACCESS_TOKEN_TTL;
    this.refreshTokenTtl = values.REFRESH_TOKEN_TTL;
    this.trustedProxies = values.TRUSTED_PROXIES;
    this.forceHttps = values.FORCE_HTTPS;
    this.secureCookies = values.SESSION_COOKIE_SECURE ?? this.publicUrl.protocol === 'https:';
    this.egressAllow = values.EGRESS_ALLOW ?? (this.databaseUrl ? [] : PRIVATE_NETWORKS);
    this.egressDeny = values.EGRESS_DENY;
    this.egressHostMap = values.EGRESS_HOST_MAP;
    this.githubApp = githubAppSettings(values);
    this.notices = notices;
    this.oauthClients = oauthClients;
  }

  /** True when browsers reach Latchkey over TLS: cookies become `Secure` and HSTS is sent. */
  get servedOverTls(): boolean {
    return this.publicUrl.protocol === 'https:';
  }

  get runsJobs(): boolean {
    return this.role !== 'api';
  }
}

const LOOPBACK = /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/;

/** Providers send the browser back to PUBLIC_URL, and most take no plain http there but on the same machine. */
function callbackNotices({ publicUrl, oauthClients, servedOverTls }: Environment): string[] {
  if (oauthClients.size === 0 || servedOverTls || LOOPBACK.test(publicUrl.hostname)) return [];
  return [
    `PUBLIC_URL is ${publicUrl.origin}, without TLS. Most providers refuse such an address as callback of an OAuth client: ` +
      'put TLS in front of Latchkey and set PUBLIC_URL to the https address.',
  ];
}

/** Links, cookies and callback addresses stand at the root of the host. */
function pathNotices({ publicUrl: { origin, pathname } }: Environment): string[] {
  if (pathname === '/') return [];
  return [
    `PUBLIC_URL has the path ${pathname}, which is not used: Latchkey needs a host of its own, and works at ${origin}.`,
  ];
}

/** @throws EnvironmentError with one line per wrong variable: its name, what it got and what it wants. */
export function loadEnvironment(source: NodeJS.ProcessEnv): Environment {
  const { values, notices } = readVariables(source);
  const oauth = readOAuthClients(source);
  const environment = new Environment(values, [...notices, ...oauth.notices], oauth.clients);
  environment.notices.push(...pathNotices(environment), ...callbackNotices(environment));
  return environment;
}
