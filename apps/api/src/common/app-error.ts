/** The codes of `error.code`, each with its HTTP status: the contract's list, in full. */
export const ERROR_STATUS = {
  VALIDATION_FAILED: 400,
  UNAUTHENTICATED: 401,
  INVALID_CREDENTIALS: 401,
  TOKEN_EXPIRED: 401,
  TOKEN_REUSED: 401,
  FORBIDDEN: 403,
  EMAIL_NOT_VERIFIED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  CONNECTION_FAILED: 422,
  REAUTHORIZATION_REQUIRED: 409,
  EGRESS_BLOCKED: 422,
  ACCOUNT_LOCKED: 423,
  RATE_LIMITED: 429,
  OAUTH_DENIED: 403,
  OAUTH_STATE_INVALID: 400,
  OAUTH_STATE_EXPIRED: 400,
  OAUTH_STATE_USED: 409,
  OAUTH_EXCHANGE_FAILED: 502,
  OAUTH_SCOPE_MISSING: 422,
  OAUTH_PROVIDER_ERROR: 502,
  UPSTREAM_ERROR: 502,
  UPSTREAM_TIMEOUT: 504,
  UNAVAILABLE: 503,
  INTERNAL: 500,
} as const;

export type ErrorCode = keyof typeof ERROR_STATUS;

interface AppErrorOptions {
  details?: Record<string, unknown>;
  cause?: unknown;
  /** Seconds, sent as `Retry-After`. */
  retryAfter?: number;
}

/**
 * An outcome the caller is told about. The message goes out as it is: plain words that say what to do,
 * and never a secret. Anything else that is thrown answers 500 and shows nothing.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: AppErrorOptions = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.details = options.details;
    this.retryAfter = options.retryAfter;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }

  static notFound(what: string): AppError {
    return new AppError('NOT_FOUND', `There is no such ${what}, or it is not yours to see.`);
  }

  static invalid(fields: Record<string, string[]>): AppError {
    const first = Object.entries(fields)[0];
    const message = first ? `${first[0]}: ${first[1][0]}` : 'The request is not valid.';
    return new AppError('VALIDATION_FAILED', message, { details: fields });
  }
}
