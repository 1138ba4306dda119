import { ApiError, messageOf } from '../../../lib/api-error';
import { type Failure, failureAdvice, failureTitle } from './failure-kinds';

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value ? value : null;
}

/** The failed test behind a `CONNECTION_FAILED`; null for any other error. */
export function connectionFailureOf(error: unknown): Failure | null {
  if (
    !(error instanceof ApiError) ||
    (error.code !== 'CONNECTION_FAILED' && error.code !== 'EGRESS_BLOCKED')
  ) {
    return null;
  }
  const kind = text(error.details.kind) ?? (error.code === 'EGRESS_BLOCKED' ? 'blocked' : null);
  return {
    title: failureTitle(kind),
    reason: text(error.details.reason) ?? messageOf(error),
    hint: text(error.details.hint) ?? failureAdvice(kind),
    statusCode: number(error.details.status_code),
    responseTimeMs: number(error.details.response_time_ms),
  };
}
