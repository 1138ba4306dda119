import { STSClient } from '@aws-sdk/client-sts';
import { defaultHint, type FailureKind, type FieldValue } from '@latchkey/catalogue';
import { awsRequestHandler } from '../egress/aws-http-handler.js';
import type { EgressClient } from '../egress/egress.client.js';
import { EgressError } from '../egress/egress.error.js';
import { CredentialUnusableError } from './credential-unusable.error.js';
import type { CredentialFields } from './credentials.service.js';

type Config = Record<string, FieldValue>;

/** What a call to STS may use. */
export interface StsTools {
  egress: EgressClient;
  /** Milliseconds since the epoch. */
  now: number;
  timeoutMs: number;
  signal: AbortSignal;
}

const filled = (value: FieldValue | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The address of STS: one that was given, the service's own where it is STS, or the region's. */
export function stsEndpoint(config: Config): string {
  const region = String(config.region);
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  const ofService = (config.service ?? 'sts') === 'sts' ? filled(config.endpoint) : undefined;
  return filled(config.sts_endpoint) ?? ofService ?? `https://sts.${region}.${suffix}`;
}

/** A client for one call; all that the SDK would look for in the environment and in files is said here. */
export function stsClient(config: Config, keys: CredentialFields, tools: StsTools): STSClient {
  const {
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    session_token: sessionToken,
  } = keys;
  const caCertificate = filled(config.ca_certificate);
  return new STSClient({
    region: String(config.region),
    endpoint: stsEndpoint(config),
    credentials: {
      accessKeyId: String(accessKeyId),
      secretAccessKey: String(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: String(sessionToken) }),
    },
    systemClockOffset: tools.now - Date.now(),
    requestHandler: awsRequestHandler(tools.egress, {
      tlsVerify: config.tls_verify !== false,
      ...(caCertificate !== undefined && { caCertificate }),
      timeoutMs: tools.timeoutMs,
      signal: tools.signal,
    }),
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard',
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
  });
}

interface Explanation {
  kind: FailureKind;
  reason: string;
  hint?: string;
  credentialRefused?: boolean;
}

const SKEWED: Explanation = {
  kind: 'auth',
  reason: 'AWS refused the signature because of its time',
  hint: 'The clock of this server differs from AWS’s by more than five minutes: set it by NTP, then test again.',
};

/** By the code of the error: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html */
const ERRORS: Record<string, Explanation> = {
  InvalidClientTokenId: {
    kind: 'auth',
    reason: 'AWS does not know the access key',
    hint: 'Check the access key ID, and that the key is active. Keys of China and GovCloud work in their own regions only.',
    credentialRefused: true,
  },
  SignatureDoesNotMatch: {
    kind: 'auth',
    reason: 'The secret access key is wrong',
    hint: 'Copy the secret that belongs to this access key ID; AWS shows it only when the key is made.',
    credentialRefused: true,
  },
  ExpiredToken: {
    kind: 'auth',
    reason: 'The temporary keys have expired',
    hint: 'Enter new ones, or better a role that Latchkey assumes itself.',
    credentialRefused: true,
  },
  AccessDenied: {
    kind: 'permission',
    reason: 'The access key may not assume the role',
    hint: 'Check the role ARN, that its trust policy names this user and this external ID, and that the user may call sts:AssumeRole.',
  },
  RegionDisabledException: {
    kind: 'config',
    reason: 'STS is switched off in this region',
    hint: 'Choose another region, or switch STS on under IAM, Account settings.',
  },
  ValidationError: {
    kind: 'config',
    reason: 'AWS refused what it was asked for',
    hint: 'Check the role ARN, the external ID and the session name.',
  },
  Throttling: { kind: 'rate_limited', reason: 'AWS is limiting our calls' },
  RequestExpired: SKEWED,
  RequestTimeTooSkewed: SKEWED,
};

const ALIASES: Record<string, string> = {
  UnrecognizedClientException: 'InvalidClientTokenId',
  ExpiredTokenException: 'ExpiredToken',
  AccessDeniedException: 'AccessDenied',
  ThrottlingException: 'Throttling',
  RequestLimitExceeded: 'Throttling',
};

/** Of an error of the SDK; its text is never shown. */
interface SdkError {
  name?: string;
  message?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { statusCode?: number };
}

function explanationOf({ name = '', message = '' }: SdkError, status: number | undefined): Explanation {
  if (name === 'SignatureDoesNotMatch' && /signature (expired|not yet current)/i.test(message)) return SKEWED;
  const code = ALIASES[name] ?? name;
  const known = Object.hasOwn(ERRORS, code) ? ERRORS[code] : undefined;
  if (known) return known;
  if (status === undefined || status < 400) {
    return {
      kind: 'bad_response',
      reason: 'What answered is not AWS STS',
      hint: 'Check the addresses in the settings, or leave them empty for the ones of the region.',
    };
  }
  if (status === 403) return { kind: 'auth', reason: 'AWS refused the access key', credentialRefused: true };
  return { kind: 'bad_response', reason: `AWS STS answered with an error (status ${status})` };
}

/** Why a call to STS failed. What is not the SDK's own or a call's failure stays what it is. */
export function explainAws(error: unknown): unknown {
  if (error instanceof EgressError) return CredentialUnusableError.from(error);
  const found = error as SdkError;
  const status = found.$metadata?.httpStatusCode ?? found.$response?.statusCode;
  if (found.$metadata === undefined && found.$response === undefined) return error;
  const { kind, reason, hint, credentialRefused } = explanationOf(found, status);
  return new CredentialUnusableError(kind, reason, {
    hint: hint ?? defaultHint(kind),
    credentialRefused,
    statusCode: status,
  });
}
