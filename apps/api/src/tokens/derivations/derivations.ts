import type { CredentialType } from '@latchkey/catalogue';
import { clientCredentials } from './client-credentials.js';
import { type Derivation, fetchedMargin } from './derivation.js';
import { githubApp } from './github-app.js';
import { signedJwt } from './signed-jwt.js';

/** AWS's client is loaded by the first who needs it: it takes 30 MB. */
const assumedRole: Derivation = {
  derive: async (source, tools) => (await import('./assumed-role.js')).deriveAssumedRole(source, tools),
  renewable: true,
  margin: fetchedMargin,
};

/** Kinds that something is made from before they are used; the others are used as they are stored. */
export const DERIVATIONS: Readonly<Partial<Record<CredentialType, Derivation>>> = {
  client_credentials: clientCredentials,
  github_app: githubApp,
  aws_assume_role: assumedRole,
  jwt: signedJwt,
};
