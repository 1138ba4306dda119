import { NIL_ORGANIZATION } from '../common/actor.js';
import { hookAddress } from '../inbound/hook-address.js';

/** How the environment's App is called where an organisation's has its id. */
export const INSTALLATION_APP = 'installation';

export interface AppSecrets {
  /** PEM. */
  privateKey: string;
  clientSecret: string | null;
  webhookSecret: string | null;
}

/** A GitHub App with its secrets in the clear, for one piece of work. */
export interface GitHubApp {
  /** Whose it is; the nil organisation for the installation's. */
  organizationId: string;
  /** Its id here, or 'installation'. */
  ref: string;
  /** GitHub's number of it. */
  appId: string;
  slug: string;
  name: string;
  clientId: string | null;
  owner: string | null;
  /** Its page, where that is known. */
  htmlUrl: string | null;
  webUrl: string;
  apiUrl: string;
  secrets: AppSecrets;
}

export const isInstallationApp = ({ organizationId }: Pick<GitHubApp, 'organizationId'>): boolean =>
  organizationId === NIL_ORGANIZATION;

/** What its addresses carry, so that we know whom they are for; nothing for the installation's App. */
export const appParameter = (organizationId: string, ref: string): string =>
  ref === INSTALLATION_APP ? '' : `?app=${hookAddress({ organizationId, id: ref })}`;

/** Where GitHub sends what happens. */
export const webhookUrl = (publicUrl: URL, organizationId: string, ref: string): string =>
  `${publicUrl.origin}/api/v1/github-app/webhook${appParameter(organizationId, ref)}`;

/** What the audit trail names: the installation's App is no row of ours. */
export const auditedApp = (ref: string) => ({
  resourceType: 'github_app',
  resourceId: ref === INSTALLATION_APP ? null : ref,
});
