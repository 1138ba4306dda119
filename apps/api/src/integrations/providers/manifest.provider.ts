import { buildRequests, interpret, type Outcome, type ProviderRequest } from '@latchkey/catalogue';
import { EgressError } from '../../egress/egress.error.js';
import { clientCertificateOf } from '../../tokens/client-certificate.js';
import type { ProviderCall, ProviderFailure, ProviderOutcome } from './provider.js';

async function run(call: ProviderCall, request: ProviderRequest): Promise<Outcome> {
  const response = await call.egress.request({
    method: request.method,
    url: request.url,
    headers: request.headers,
    body: request.body,
    tlsVerify: request.tlsVerify,
    caCertificate: request.caCertificate,
    clientCertificate: clientCertificateOf(call.way, call.credentials),
    // `interpret` judges redirects itself: a login page is not the service.
    maxRedirects: 0,
    timeoutMs: call.stepLimitMs,
    signal: call.signal,
  });
  return interpret(call.manifest, call.way, request, response, call.now);
}

/** What an optional step adds is welcome; that it failed says nothing about the connection. */
async function runOptional(call: ProviderCall, request: ProviderRequest): Promise<Outcome | undefined> {
  try {
    return await run(call, request);
  } catch {
    return undefined;
  }
}

/** A server that does not like a client certificate ends the handshake, or hangs up without a word. */
function certificateRefused({ way }: ProviderCall, error: unknown): ProviderFailure | undefined {
  if (way.credential_type !== 'mtls' || !(error instanceof EgressError)) return undefined;
  const hint =
    'Check that the service trusts the authority that issued the certificate, and has not revoked it.';
  if (error.kind === 'tls' && error.reason.includes('client certificate'))
    return {
      ok: false,
      kind: 'auth',
      reason: 'The client certificate was refused',
      hint,
      credentialRefused: true,
    };
  if (error.kind === 'refused' && error.reason.includes('closed the connection')) {
    return { ok: false, kind: 'refused', reason: error.reason, hint, credentialRefused: false };
  }
  return undefined;
}

/** Sends what the manifest describes, step after step, and judges the answers as it says. */
export async function callByManifest(call: ProviderCall): Promise<ProviderOutcome> {
  try {
    return await runAll(call);
  } catch (error) {
    const refused = certificateRefused(call, error);
    if (!refused) throw error;
    return refused;
  }
}

async function runAll(call: ProviderCall): Promise<ProviderOutcome> {
  const requests = buildRequests(call.manifest, call.way, call.config, call.credentials, call.purpose);
  const details: Record<string, unknown> = {};
  for (const request of requests) {
    const outcome = request.optional ? await runOptional(call, request) : await run(call, request);
    if (outcome?.ok) {
      Object.assign(details, outcome.details);
    } else if (outcome && !request.optional) {
      return {
        ok: false,
        kind: outcome.kind,
        reason: outcome.reason,
        hint: outcome.hint,
        statusCode: outcome.status_code,
        retryAfterSeconds: outcome.retry_after_seconds,
        credentialRefused: outcome.credential_refused,
      };
    }
  }
  return { ok: true, details };
}
