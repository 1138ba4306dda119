import { Injectable } from '@nestjs/common';

/** What tokens of an installation are minted with. It holds a secret and is kept nowhere. */
export interface AppKey {
  appId: string;
  /** PEM. */
  privateKey: string;
  /** Where the App lives. An integration's own settings must not decide where its token goes. */
  apiUrl: string;
  /** What is known of the installation, to say more than GitHub does when it refuses. */
  installation?: { name: string; suspendedBy: string | null; settingsUrl: string | null };
}

export type AppKeySource = (
  organizationId: string,
  app: string,
  installationId: string,
) => Promise<AppKey | undefined>;

/**
 * The keys of GitHub Apps, for credentials that name an App instead of holding its key. The module that keeps the Apps
 * registers itself, so that tokens know nothing of it.
 */
@Injectable()
export class AppKeys {
  private source: AppKeySource | undefined;

  register(source: AppKeySource): void {
    this.source = source;
  }

  /** @returns undefined when the organisation has no such App. */
  async find(organizationId: string, app: string, installationId: string): Promise<AppKey | undefined> {
    return this.source?.(organizationId, app, installationId);
  }
}
