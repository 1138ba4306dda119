import { AppError } from '../../common/app-error.js';
import type { TestFailure } from './connection-tester.js';

/** A failed test as the contract answers it. */
export function connectionFailed(failure: TestFailure): AppError {
  return new AppError('CONNECTION_FAILED', failure.message, {
    details: {
      reason: failure.reason,
      kind: failure.kind,
      hint: failure.hint,
      ...(failure.statusCode === undefined ? {} : { status_code: failure.statusCode }),
      response_time_ms: failure.responseTimeMs,
    },
  });
}
