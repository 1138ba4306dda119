import type { EgressClient, EgressRequest } from '../../egress/egress.client.js';
import type { AppKeys } from '../app-keys.js';
import type { CredentialSource } from '../credential-source.js';
import type { CredentialFields } from '../credentials.service.js';

/** What a derivation may use. */
export interface DerivationTools {
  egress: EgressClient;
  /** Keys of GitHub Apps that a credential names instead of holding. */
  appKeys: AppKeys;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Ends the whole. */
  signal: AbortSignal;
}

/** What was made from a credential. It holds secrets and lives in memory only. */
export interface Derived {
  fields: CredentialFields;
  expiresAt: Date;
}

export interface Derivation {
  derive(source: CredentialSource, tools: DerivationTools): Promise<Derived>;
  /** Another one may work where this one was refused before its time. */
  renewable: boolean;
  /** How long before the end another is made, of what lives this long; in milliseconds. */
  margin(lifetime: number): number;
}

/** One minute, and a tenth of what lives less than ten. */
export const fetchedMargin = (lifetime: number): number => Math.min(60_000, lifetime / 10);

/** Each exchange with whoever issues tokens. */
export const CALL_TIMEOUT_MS = 10_000;
/** No honest token answer is longer. */
const LONGEST_ANSWER = 128 * 1024;

type Call = Pick<EgressRequest, 'url' | 'headers' | 'body'>;

/** A POST to whoever issues tokens: with the TLS settings of the integration, and redirected nowhere. */
export function post({ config }: CredentialSource, { egress, signal }: DerivationTools, call: Call) {
  const { tls_verify: tlsVerify, ca_certificate: caCertificate } = config;
  return egress.request({
    ...call,
    method: 'POST',
    tlsVerify: tlsVerify !== false,
    ...(typeof caCertificate === 'string' && caCertificate !== '' && { caCertificate }),
    timeoutMs: CALL_TIMEOUT_MS,
    maxResponseBytes: LONGEST_ANSWER,
    maxRedirects: 0,
    signal,
  });
}
