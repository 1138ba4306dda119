import { ConfigurationError, ProxyRefusal } from '@latchkey/catalogue';
import { AppError, type ErrorCode } from '../../common/app-error.js';
import { EgressError, type EgressErrorKind, RequestTooLargeError } from '../../egress/egress.error.js';
import { explainUnusable } from '../../integrations/tokens/unusable-credential.js';
import { tooLarge } from './request-body.js';

const CODES: Partial<Record<EgressErrorKind, ErrorCode>> = {
  blocked: 'EGRESS_BLOCKED',
  timeout: 'UPSTREAM_TIMEOUT',
};

/**
 * Why a proxied call was not made or got no answer, in the contract's words.
 * @param name what people call the integration
 */
export function explainFailure(error: unknown, name: string, requestBytes: number): unknown {
  if (error instanceof ProxyRefusal)
    return new AppError('VALIDATION_FAILED', error.message, { cause: error });
  if (error instanceof ConfigurationError) {
    const { kind, message: reason, hint } = error;
    return new AppError('CONNECTION_FAILED', `“${name}” cannot be called: ${reason}. ${hint}`, {
      details: { kind, reason, hint },
      cause: error,
    });
  }
  if (error instanceof RequestTooLargeError) return tooLarge(requestBytes, '');
  if (error instanceof EgressError) {
    const { kind, reason, hint } = error;
    return new AppError(CODES[kind] ?? 'UPSTREAM_ERROR', `“${name}” gave no answer: ${reason}`, {
      details: { kind, reason, ...(hint && { hint }) },
      cause: error,
    });
  }
  return explainUnusable(error, name);
}
