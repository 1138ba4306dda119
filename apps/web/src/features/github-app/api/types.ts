import type { Schemas } from '@latchkey/api-client';

export type GithubApp = Schemas['GitHubAppDto'];

/** The id of the App that the operator gave the whole installation. */
export const INSTALLATION_APP = 'installation';
