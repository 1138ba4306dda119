import type { CredentialType } from '@latchkey/catalogue';
import { assumedRole } from './assumed-role.js';
import { clientCredentials } from './client-credentials.js';
import type { Derivation } from './derivation.js';
import { githubApp } from './github-app.js';
import { signedJwt } from './signed-jwt.js';

/** Kinds that something is made from before they are used; the others are used as they are stored. */
export const DERIVATIONS: Readonly<Partial<Record<CredentialType, Derivation>>> = {
  client_credentials: clientCredentials,
  github_app: githubApp,
  aws_assume_role: assumedRole,
  jwt: signedJwt,
};
