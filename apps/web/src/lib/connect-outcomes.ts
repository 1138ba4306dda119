import type { ConnectFlow, ConnectResult } from './connect-result';
import { GITHUB_FLOWS } from './github-outcomes';
import type { FlowWords, OutcomeWords } from './outcome-words';

const AGAIN = 'Nothing was changed. Try again, and agree there to connect.';

/** How a flow can fail, in our own words: what a provider writes into an address is never shown. */
const FAILURES: Record<string, OutcomeWords> = {
  OAUTH_DENIED: {
    title: 'Access was not granted',
    text: `Somebody declined at the service, or cancelled there. ${AGAIN}`,
    remedy: 'again',
  },
  OAUTH_STATE_INVALID: {
    title: 'This answer does not belong to a connection that you began here',
    text: 'It was begun in another browser or by somebody else, or the address was passed on. Nothing was connected. Begin again from Latchkey, in this browser.',
    remedy: 'again',
  },
  OAUTH_STATE_EXPIRED: {
    title: 'It took longer than ten minutes',
    text: 'A connection has to be agreed to within ten minutes. Nothing was connected. Try again.',
    remedy: 'again',
  },
  OAUTH_STATE_USED: {
    title: 'This answer was used before',
    text: 'It counts once: going back or reloading repeats it. When the first time worked, the service is connected already.',
    remedy: 'open',
  },
  OAUTH_EXCHANGE_FAILED: {
    title: 'The service did not hand over a token',
    text: 'You agreed, but the exchange that follows failed. Most often the client secret is wrong or no longer valid, or the callback address that is registered there is another. Why it was is in the activity of the integration.',
    remedy: 'client',
  },
  OAUTH_SCOPE_MISSING: {
    title: 'Fewer permissions were granted than asked for',
    text: 'Nothing was connected. Try again and leave the permissions ticked at the service, or ask for fewer.',
    remedy: 'again',
  },
  OAUTH_PROVIDER_ERROR: {
    title: 'The service answered with an error of its own',
    text: 'Nothing was connected. Try again in a few minutes. When it stays so, check how the client is registered there: its callback address and the permissions it may ask for.',
    remedy: 'again',
  },
  CONNECTION_FAILED: {
    title: 'Authorised, but the connection does not work yet',
    text: 'The token is kept. The test that followed failed; the page of the integration says why, and what to do about it.',
    remedy: 'open',
  },
  UPSTREAM_ERROR: {
    title: 'The service could not be reached',
    text: 'You agreed, but the service did not answer properly afterwards. Nothing was connected. Try again in a few minutes.',
    remedy: 'again',
  },
  UPSTREAM_TIMEOUT: {
    title: 'The service did not answer in time',
    text: 'You agreed, but the service took too long afterwards. Nothing was connected. Try again in a few minutes.',
    remedy: 'again',
  },
  RATE_LIMITED: {
    title: 'Too many attempts in a short time',
    text: 'Wait a minute, then try again.',
    remedy: 'again',
  },
  EGRESS_BLOCKED: {
    title: 'This installation does not allow that address',
    text: 'The administrator decides which networks may be reached (EGRESS_ALLOW). Check the addresses of the service in the settings of the integration.',
    remedy: 'client',
  },
  CONFLICT: {
    title: 'The integration was changed meanwhile',
    text: 'Somebody edited, disabled or connected it while you were away. Look at how it is now, and try again where that is needed.',
    remedy: 'open',
  },
  REAUTHORIZATION_REQUIRED: {
    title: 'The service refused the new token at once',
    text: 'Try again; when it keeps happening, look at the account’s settings at the service.',
    remedy: 'again',
  },
  NOT_FOUND: {
    title: 'The integration is no longer here',
    text: 'It was deleted while you were away, or it belongs to another organisation.',
    remedy: 'list',
  },
  FORBIDDEN: {
    title: 'Your role may not connect this',
    text: 'It may have changed while you were away. Ask an administrator of your organisation to connect the service.',
    remedy: 'open',
  },
  UNAUTHENTICATED: {
    title: 'You are no longer signed in',
    text: 'Nothing was connected. Sign in, then begin again from the integration.',
    remedy: 'sign-in',
  },
  UNAVAILABLE: {
    title: 'Latchkey could not finish this now',
    text: 'It is starting, stopping or without its database. Nothing was connected. Try again in a minute.',
    remedy: 'again',
  },
};

const UNKNOWN: OutcomeWords = {
  title: 'The connection was not made',
  text: 'Something went wrong on the way back. Nothing was connected. Try again; when it stays so, tell the administrator of this installation.',
  remedy: 'again',
};

const CONNECT: FlowWords = {
  connected: { title: 'The service is connected', text: 'The connection is being tested now.' },
  pending: {
    title: 'Somebody has to approve this first',
    text: 'The service has passed your request on. Connect again once it is approved.',
  },
  failures: {},
};

const FLOWS: Record<ConnectFlow, FlowWords> = { connect: CONNECT, ...GITHUB_FLOWS };

export const flowWords = (flow: ConnectFlow): FlowWords => FLOWS[flow];

/** Words for a failure. */
export function failureWords({ flow, code }: Pick<ConnectResult, 'flow' | 'code'>): OutcomeWords {
  const own = FLOWS[flow].failures;
  if (code === undefined) return UNKNOWN;
  if (Object.hasOwn(own, code)) return own[code] ?? UNKNOWN;
  return (Object.hasOwn(FAILURES, code) && FAILURES[code]) || UNKNOWN;
}
