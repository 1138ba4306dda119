import { EgressError } from '../../egress/egress.error.js';
import { UnsealError } from '../sealed-format.js';
import { isOutage } from './operator-egress.js';
import { KeyError, KeyStoreUnavailableError } from './root-key.js';

/** What each part of a seal context is called in the encryption context, where CloudTrail and key policies see it. */
const PARTS = ['organization', 'table', 'row', 'purpose'];

/** Binds a wrapped key to its place: KMS opens it with the same pairs only. None of them is a secret. */
export function encryptionContext(context: readonly string[]): Record<string, string> {
  if (context.length > PARTS.length) throw new RangeError('a place has four parts');
  const pairs = context.map((part, index) => [PARTS[index]!, part] as const);
  return { application: 'latchkey', ...Object.fromEntries(pairs.filter(([, part]) => part !== '')) };
}

const THROTTLED = /Throttl|TooManyRequests|LimitExceeded|RequestLimit/;
const OUTAGES = /^(KMSInternal|DependencyTimeout|KeyUnavailable|ServiceUnavailable|InternalFailure|Internal)/;

/** Names of KMS and of the signature's check, with what a person does about each. */
const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/^(NotFound)/, 'is not there. Check AWS_KMS_KEY_ID and AWS_REGION.'],
  [/^(Disabled)/, 'is disabled. Enable it in KMS.'],
  [
    /^(KMSInvalidState)/,
    'is not in a state to be used; it may be about to be deleted. Cancel the deletion and enable it in KMS.',
  ],
  [/^(InvalidKeyUsage)/, 'is not a symmetric key for encryption. Choose one that is.'],
  [
    /^(AccessDenied|NotAuthorized)/,
    'may not be used. Allow kms:Encrypt and kms:Decrypt in its policy or IAM.',
  ],
  [/^(ExpiredToken)/, 'was asked for with an expired AWS_SESSION_TOKEN. Give new credentials and restart.'],
  [
    /^(UnrecognizedClient|InvalidClientTokenId|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthentication|InvalidAccessKeyId)/,
    'was asked for with credentials that AWS does not accept. Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
  ],
  [/^(RequestExpired|RequestTimeTooSkewed)/, 'was asked for at a wrong time. Set the clock of this machine.'],
];

/** What a call to KMS failed with, as the vault knows it. */
export function kmsError(error: unknown, location: string, operation: 'Encrypt' | 'Decrypt'): Error {
  // Of whoever asks, said where that is found out.
  if (error instanceof KeyError || error instanceof KeyStoreUnavailableError) return error;
  if (isOutage(error)) return new KeyStoreUnavailableError(`${location}: ${error.reason}`, { cause: error });
  if (error instanceof EgressError) return new KeyError(`${location}: ${error.reason}`, { cause: error });
  const { name, message = '', $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode ?? 0;
  if (THROTTLED.test(name) || status === 429) {
    const reason = `${location}: KMS asks for fewer calls.`;
    return new KeyStoreUnavailableError(reason, { cause: error, throttled: true });
  }
  if (OUTAGES.test(name) || status >= 500) {
    return new KeyStoreUnavailableError(`${location}: KMS fails (${name}).`, { cause: error });
  }
  if (operation === 'Decrypt' && /^(InvalidCiphertext|IncorrectKey)/.test(name)) {
    return new UnsealError('KMS does not open this: it was changed, moved, or wrapped by another key.');
  }
  const known = REFUSALS.find(([pattern]) => pattern.test(name));
  return new KeyError(`${location} ${known?.[1] ?? `cannot be used: ${name}: ${message}`}`, { cause: error });
}
