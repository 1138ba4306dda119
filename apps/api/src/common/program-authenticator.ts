import type { ProgramActor, RequestOrigin } from './actor.js';

/** What every service token starts with: secret scanners and the guard know it by this. */
export const SERVICE_TOKEN_PREFIX = 'lk_';

/** Finds the program behind a service token. Declared here, since the guard that asks stands below what answers. */
export abstract class ProgramAuthenticator {
  /**
   * At once for a token that was checked within the last second.
   * @throws AppError UNAUTHENTICATED, TOKEN_EXPIRED, FORBIDDEN (called from an address the token is not for)
   */
  abstract authenticate(token: string, origin: RequestOrigin): ProgramActor | Promise<ProgramActor>;
}
