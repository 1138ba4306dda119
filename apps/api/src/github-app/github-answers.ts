/** What of GitHub's answers is read; everything that is not as documented counts as not there. */

type Answer = Record<string, unknown>;

const objectOf = (value: unknown): Answer =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Answer) : {};

/** A text of one line that can be stored and shown. */
const textOf = (value: unknown, longest = 255): string | null =>
  typeof value === 'string' && value !== '' && value.length <= longest && !/[\p{Cc}\p{Cs}]/u.test(value)
    ? value
    : null;

/** GitHub's numbers; those past 2^53 arrive as BigInt. */
export function idOf(value: unknown): string | null {
  if (typeof value === 'bigint') return value > 0n ? String(value) : null;
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0 ? String(value) : null;
}

const webAddressOf = (value: unknown): string | null => {
  const text = textOf(value, 2048);
  return text !== null && /^https?:\/\//.test(text) && URL.canParse(text) ? text : null;
};

const dateOf = (value: unknown): Date | null => {
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(at) ? null : new Date(at);
};

/** https://docs.github.com/en/rest/apps/apps#get-an-installation-for-the-authenticated-app */
export interface Installation {
  id: string;
  appId: string;
  accountId: string | null;
  login: string;
  accountType: string;
  repositorySelection: 'all' | 'selected';
  permissions: Record<string, string>;
  settingsUrl: string | null;
  suspendedAt: Date | null;
  suspendedBy: string | null;
}

export function installationOf(value: unknown): Installation | null {
  const answer = objectOf(value);
  const account = objectOf(answer.account);
  const id = idOf(answer.id);
  const appId = idOf(answer.app_id);
  // An enterprise has a slug and no login.
  const login = textOf(account.login) ?? textOf(account.slug);
  if (!id || !appId || !login) return null;
  const permissions = Object.entries(objectOf(answer.permissions)).filter(
    (entry): entry is [string, string] =>
      /^[a-z_]{1,60}$/.test(entry[0]) && /^[a-z]{1,10}$/.test(String(entry[1])),
  );
  return {
    id,
    appId,
    accountId: idOf(account.id),
    login,
    accountType: textOf(account.type, 40) ?? textOf(answer.target_type, 40) ?? 'Organization',
    repositorySelection: answer.repository_selection === 'all' ? 'all' : 'selected',
    permissions: Object.fromEntries(permissions),
    settingsUrl: webAddressOf(answer.html_url),
    suspendedAt: dateOf(answer.suspended_at),
    suspendedBy: textOf(objectOf(answer.suspended_by).login),
  };
}

/** https://docs.github.com/en/rest/repos/repos */
export interface ListedRepository {
  githubId: string;
  fullName: string;
  defaultBranch: string | null;
  visibility: 'public' | 'private' | 'internal';
  archived: boolean;
  htmlUrl: string;
}

export function repositoryOf(value: unknown): ListedRepository | null {
  const answer = objectOf(value);
  const githubId = idOf(answer.id);
  const fullName = textOf(answer.full_name, 300);
  const htmlUrl = webAddressOf(answer.html_url);
  if (!githubId || !fullName || !htmlUrl) return null;
  // Old servers say only whether it is private.
  const visibility = ['public', 'private', 'internal'].includes(String(answer.visibility))
    ? (answer.visibility as ListedRepository['visibility'])
    : answer.private === false
      ? 'public'
      : 'private';
  return {
    githubId,
    fullName,
    defaultBranch: textOf(answer.default_branch),
    visibility,
    archived: answer.archived === true,
    htmlUrl,
  };
}

/** What an App is made with: https://docs.github.com/en/rest/apps/apps#create-a-github-app-from-a-manifest */
export interface ConvertedManifest {
  appId: string;
  slug: string;
  name: string;
  owner: string | null;
  htmlUrl: string | null;
  clientId: string;
  clientSecret: string | null;
  webhookSecret: string | null;
  privateKey: string;
}

/** The address of an App's page on this GitHub: /apps/… there, /github-apps/… on GitHub Enterprise Server. */
export function appPageOf(value: unknown, webUrl: string): string | null {
  const address = webAddressOf(objectOf(value).html_url);
  if (address === null) return null;
  const { origin, pathname } = new URL(address);
  return origin === webUrl && /^\/(github-)?apps\/[A-Za-z0-9-]+$/.test(pathname) ? origin + pathname : null;
}

const SECRET = /^[\x21-\x7e]{1,1024}$/;
const secretOf = (value: unknown): string | null =>
  typeof value === 'string' && SECRET.test(value) ? value : null;

export function convertedManifestOf(value: unknown): ConvertedManifest | null {
  const answer = objectOf(value);
  const appId = idOf(answer.id);
  const slug = textOf(answer.slug, 100);
  const clientId = textOf(answer.client_id, 100);
  const { pem } = answer;
  if (!appId || !slug || !/^[a-z0-9-]+$/i.test(slug) || !clientId) return null;
  if (typeof pem !== 'string' || pem.length > 16_384 || !pem.includes('PRIVATE KEY')) return null;
  return {
    appId,
    slug,
    name: textOf(answer.name) ?? slug,
    owner: textOf(objectOf(answer.owner).login),
    htmlUrl: webAddressOf(answer.html_url),
    clientId,
    clientSecret: secretOf(answer.client_secret),
    webhookSecret: secretOf(answer.webhook_secret),
    privateKey: pem,
  };
}

/** https://docs.github.com/en/rest/apps/webhooks */
export interface HookDelivery {
  /** The number by which it is sent again. */
  id: string;
  guid: string;
  deliveredAt: Date;
  /** 0 when we could not be reached. */
  statusCode: number;
  event: string;
  action: string | null;
  redelivery: boolean;
  installationId: string | null;
  repositoryId: string | null;
}

export function hookDeliveryOf(value: unknown): HookDelivery | null {
  const answer = objectOf(value);
  const id = idOf(answer.id);
  const guid = textOf(answer.guid, 60);
  const deliveredAt = dateOf(answer.delivered_at);
  const event = textOf(answer.event, 60);
  if (!id || !guid || !deliveredAt || !event) return null;
  return {
    id,
    guid,
    deliveredAt,
    statusCode: typeof answer.status_code === 'number' ? answer.status_code : 0,
    event,
    action: textOf(answer.action, 60),
    redelivery: answer.redelivery === true,
    installationId: idOf(answer.installation_id),
    repositoryId: idOf(answer.repository_id),
  };
}
