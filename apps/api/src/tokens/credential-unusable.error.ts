import { defaultHint, type FailureKind } from '@latchkey/catalogue';
import { EgressError } from '../egress/egress.error.js';

/** Reasons stand within sentences of others. */
export const withoutStop = (reason: string): string => reason.replace(/\.$/, '');

interface Circumstances {
  hint?: string;
  /** Knocking again with this credential is useless and may lock the account upstream. */
  credentialRefused?: boolean;
  /** Only a person's new consent at the provider helps. */
  needsConsent?: boolean;
  statusCode?: number;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** Why no token could be had. `reason` and `hint` are for a person and hold nothing of what was sent or answered. */
export class CredentialUnusableError extends Error {
  override readonly name = 'CredentialUnusableError';
  readonly hint: string;
  readonly credentialRefused: boolean;
  readonly needsConsent: boolean;
  readonly statusCode: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly kind: FailureKind,
    readonly reason: string,
    {
      hint,
      credentialRefused = false,
      needsConsent = false,
      statusCode,
      retryAfterSeconds,
      cause,
    }: Circumstances = {},
  ) {
    super(reason, cause === undefined ? undefined : { cause });
    this.hint = hint ?? defaultHint(kind);
    this.credentialRefused = credentialRefused;
    this.needsConsent = needsConsent;
    this.statusCode = statusCode;
    this.retryAfterSeconds = retryAfterSeconds;
  }

  /** What a call out failed with, in these terms; anything else is a fault of ours and stays what it is. */
  static from(error: unknown): unknown {
    if (!(error instanceof EgressError)) return error;
    return new CredentialUnusableError(error.kind, withoutStop(error.reason), {
      hint: error.hint,
      cause: error,
    });
  }
}
