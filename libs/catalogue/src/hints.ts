import type { FailureKind } from './manifest.js';

/** What a person can do about each kind of failure, when the manifest has nothing more precise to say. */
const HINTS: Record<FailureKind, string> = {
  dns: 'The host name could not be found: check the address for typing errors, and that this server can resolve it.',
  refused: 'Nothing answered at that address: check the host and port, and that the service is running.',
  timeout:
    'The service did not answer in time: check that a firewall lets this server reach it, then try again.',
  tls: 'The certificate could not be verified: add the CA certificate of your organisation, or correct the host name.',
  auth: 'The service refused the credential: create a new one, paste it without spaces, and test again.',
  permission:
    'The credential works but may not do this: give it the permissions listed in the steps, then test again.',
  not_found: 'There is nothing at that address: check the server URL, including any path such as /api.',
  rate_limited: 'The service asked us to slow down: wait until the limit resets, then test again.',
  bad_response:
    'The answer was not what this service normally sends: check that the server URL points to its API.',
  blocked:
    'This installation does not allow calls to that address: ask its operator to add the network to EGRESS_ALLOW.',
  config: 'A setting is missing or cannot be used: correct the marked field, then test again.',
};

/**
 * The sentence to show beside a failed connection.
 * @param kind one of the kinds of `error.details.kind` in the HTTP contract
 */
export function defaultHint(kind: FailureKind): string {
  return HINTS[kind];
}
