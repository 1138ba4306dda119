import type { EgressClient, EgressRequest, EgressResponse } from '../../egress/egress.client.js';
import type { OAuthParty } from './token-grant.js';
import { unanswered } from './token-errors.js';

/** Each exchange with an authorization server. */
const CALL_TIMEOUT_MS = 10_000;
/** No honest token answer is longer. */
const LONGEST_ANSWER = 128 * 1024;

type Call = Pick<EgressRequest, 'method' | 'url' | 'headers' | 'body' | 'signal'>;

/** A call to an authorization server: with the TLS settings of the integration, and redirected nowhere. @throws TokenRequestError */
export async function callServer(
  egress: EgressClient,
  { config }: OAuthParty,
  call: Call,
): Promise<EgressResponse> {
  const { tls_verify: tlsVerify, ca_certificate: caCertificate } = config;
  try {
    return await egress.request({
      ...call,
      tlsVerify: tlsVerify !== false,
      ...(typeof caCertificate === 'string' && caCertificate !== '' && { caCertificate }),
      timeoutMs: CALL_TIMEOUT_MS,
      maxResponseBytes: LONGEST_ANSWER,
      maxRedirects: 0,
    });
  } catch (error) {
    throw unanswered(error);
  }
}

/** A body in the form that the provider wants. */
export function bodyOf(format: 'form' | 'json', parameters: Record<string, string>) {
  return format === 'json'
    ? { body: JSON.stringify(parameters), type: 'application/json' }
    : {
        body: new URLSearchParams(parameters).toString(),
        type: 'application/x-www-form-urlencoded',
      };
}
