/** What each kind of failed connection means to a person, and what to look at first. */
const FAILURES: Record<string, { title: string; advice: string }> = {
  dns: {
    title: 'The host name was not found',
    advice: 'Check the spelling of the address, and that this server can resolve it.',
  },
  refused: {
    title: 'The service refused the connection',
    advice: 'Check that it runs, and that the port in the address is right.',
  },
  timeout: {
    title: 'The service did not answer in time',
    advice: 'Check that this server can reach it: a firewall often swallows the call.',
  },
  tls: {
    title: 'The secure connection failed',
    advice: 'Check the certificate of the service: its name, its expiry and who issued it.',
  },
  auth: {
    title: 'The credentials were refused',
    advice: 'They may be mistyped, expired or revoked. Make new ones and replace them.',
  },
  permission: {
    title: 'The credentials are not allowed to do this',
    advice: 'Give them the permissions that the steps beside the form name.',
  },
  not_found: {
    title: 'The service has nothing at this address',
    advice: 'Check the path in the address, and the names in the configuration.',
  },
  rate_limited: {
    title: 'The service asks to slow down',
    advice: 'Its limit of calls is used up for now. The next check comes by itself.',
  },
  bad_response: {
    title: 'The answer was not what this service sends',
    advice: 'Check that the address leads to the API, not to a web page or a proxy.',
  },
  blocked: {
    title: 'This installation does not allow that address',
    advice: 'The administrator decides which networks may be reached (EGRESS_ALLOW).',
  },
  config: {
    title: 'The configuration does not fit',
    advice: 'Check the fields of the configuration.',
  },
};

export interface Failure {
  title: string;
  reason: string;
  hint: string;
  statusCode: number | null;
  responseTimeMs: number | null;
}

export function failureTitle(kind: string | null): string {
  return FAILURES[kind ?? '']?.title ?? 'The connection failed';
}

export function failureAdvice(kind: string | null): string {
  return (
    FAILURES[kind ?? '']?.advice ?? 'Try the test again; when it keeps failing, check the service itself.'
  );
}
