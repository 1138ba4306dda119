/** What went wrong. A newer server may know more codes. */
export type LatchkeyErrorCode =
  /** The request is not as it must be; `details` says which field. */
  | 'VALIDATION_FAILED'
  /** The service token is missing, unknown or revoked. */
  | 'UNAUTHENTICATED'
  /** The service token has ended. */
  | 'TOKEN_EXPIRED'
  /** The token lacks the scope, or may not be used from this address. */
  | 'FORBIDDEN'
  /** There is no such integration, or the token is not for it. */
  | 'NOT_FOUND'
  /** The integration is disabled. */
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  /** A person has to connect the integration anew. */
  | 'REAUTHORIZATION_REQUIRED'
  | 'RATE_LIMITED'
  /** The integration is set up so that it cannot be called. */
  | 'CONNECTION_FAILED'
  /** The integration's address is one that Latchkey may not call. */
  | 'EGRESS_BLOCKED'
  /** The service could not be reached, or its token could not be renewed. */
  | 'UPSTREAM_ERROR'
  | 'UPSTREAM_TIMEOUT'
  | 'UNAVAILABLE'
  | 'INTERNAL'
  /** Of the client: Latchkey could not be reached, or the connection broke. */
  | 'NETWORK_ERROR'
  /** Of the client: no answer within `timeoutMs`. */
  | 'TIMEOUT'
  /** Of the client: what answered does not speak as Latchkey does. */
  | 'UNEXPECTED_RESPONSE'
  /** Of the client: the service leads from one address to the next without end. */
  | 'TOO_MANY_REDIRECTS'
  | (string & {});

/** What a {@link LatchkeyError} is made of. */
export interface LatchkeyErrorDetails {
  code: LatchkeyErrorCode;
  /** The HTTP status; `null` when there was no answer. */
  status?: number | null;
  details?: Record<string, unknown>;
  requestId?: string | null;
  /** Seconds. */
  retryAfter?: number | null;
  cause?: unknown;
}

/**
 * Latchkey's own refusal, or a call that got no answer. What a connected service answers, a 404 of GitHub for
 * instance, is no error but a `Response`, as with `fetch`. It never holds the service token.
 */
export class LatchkeyError extends Error {
  override readonly name = 'LatchkeyError';
  readonly code: LatchkeyErrorCode;
  /** The HTTP status; `null` when there was no answer. */
  readonly status: number | null;
  /** More on the matter, where there is more: of VALIDATION_FAILED, field → messages. */
  readonly details: Record<string, unknown> | undefined;
  /** Quote it to whoever runs Latchkey; `null` when there was no answer. */
  readonly requestId: string | null;
  /** Seconds after which it is worth another try; `null` where nothing was said. */
  readonly retryAfter: number | null;

  constructor(
    message: string,
    { code, status, details, requestId, retryAfter, cause }: LatchkeyErrorDetails,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.status = status ?? null;
    this.details = details;
    this.requestId = requestId ?? null;
    this.retryAfter = retryAfter ?? null;
  }

  /** For logs: with the message, which JSON leaves out of an `Error`; without stack and cause. */
  toJSON(): object {
    const { name, message, code, status, details, requestId, retryAfter } = this;
    return { name, message, code, status, details, requestId, retryAfter };
  }
}
