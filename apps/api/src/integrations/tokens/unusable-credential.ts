import { AppError } from '../../common/app-error.js';
import { CredentialUnusableError } from '../../tokens/usable-credentials.js';

/** Why no fresh credential could be had, in the contract's words. */
export function explainUnusable(error: unknown, name: string): unknown {
  if (!(error instanceof CredentialUnusableError)) return error;
  const { kind, reason, hint, retryAfterSeconds, needsConsent } = error;
  if (needsConsent)
    return new AppError('REAUTHORIZATION_REQUIRED', `“${name}” cannot be used: ${reason}. ${hint}`, {
      details: { kind, reason, hint },
      cause: error,
    });
  const code =
    kind === 'timeout' ? 'UPSTREAM_TIMEOUT' : kind === 'blocked' ? 'EGRESS_BLOCKED' : 'UPSTREAM_ERROR';
  return new AppError(code, `No usable credential could be had for “${name}”: ${reason}. ${hint}`, {
    details: { kind, reason, hint },
    cause: error,
    ...(retryAfterSeconds === undefined ? {} : { retryAfter: retryAfterSeconds }),
  });
}
