import { AppError, type ErrorCode } from '../common/app-error.js';
import type { FlowRow } from './flow-states.repository.js';

/**
 * Why a state is not taken:
 * - `malformed`, `unknown`: it is none of ours, or of long ago
 * - `purpose`: it belongs to another kind of flow
 * - `owner`: another person began it
 * - `browser`: another browser began it
 * - `person`: whoever began it has signed out or left since
 */
export type Why = 'malformed' | 'unknown' | 'purpose' | 'owner' | 'used' | 'expired' | 'browser' | 'person';

const AGAIN = 'Open the integration in Latchkey and start the authorisation again.';

const REFUSALS: Record<Why, { code: ErrorCode; message: (publicUrl: string) => string }> = {
  malformed: {
    code: 'OAUTH_STATE_INVALID',
    message: () => `This is not the answer to a request of ours. ${AGAIN}`,
  },
  unknown: { code: 'OAUTH_STATE_INVALID', message: () => `Nobody here waits for this answer. ${AGAIN}` },
  purpose: { code: 'OAUTH_STATE_INVALID', message: () => `This answer belongs to something else. ${AGAIN}` },
  owner: {
    code: 'OAUTH_STATE_INVALID',
    message: () =>
      'Somebody else started this authorisation. Start your own from the integration in Latchkey.',
  },
  browser: {
    code: 'OAUTH_STATE_INVALID',
    message: (publicUrl) =>
      `This authorisation was started in another browser, or at another address than ${publicUrl}. Open ${publicUrl} in this browser and start again there.`,
  },
  person: {
    code: 'OAUTH_STATE_INVALID',
    message: () =>
      'Whoever started this has signed out or left the organisation since. Sign in and start again.',
  },
  used: {
    code: 'OAUTH_STATE_USED',
    message: () => `This answer was taken already; each works once. ${AGAIN}`,
  },
  expired: {
    code: 'OAUTH_STATE_EXPIRED',
    message: () => `More than ten minutes have passed since the authorisation was started. ${AGAIN}`,
  },
};

/** Told to whom the flow is not: what it was for is not theirs to know. */
const STRANGERS: Why[] = ['malformed', 'unknown', 'purpose', 'owner', 'browser'];

/** A browser came back with a state that is not taken. */
export class FlowRefused extends AppError {
  /** The flow that it belongs to, where whoever holds the state may know of it. */
  readonly flow: FlowRow | undefined;

  constructor(why: Why, publicUrl: string, flow: FlowRow | undefined) {
    super(REFUSALS[why].code, REFUSALS[why].message(publicUrl));
    this.flow = STRANGERS.includes(why) ? undefined : flow;
  }
}
