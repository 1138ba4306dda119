import type { Tone } from '../../../../components/Notice';
import { humanize } from '../../../../lib/format';

interface StateWords {
  label: string;
  tone: Tone;
  /** What it means, and what to do where something is to be done. */
  means: string;
}

const STATES: Record<string, StateWords> = {
  created: {
    label: 'Not yet proven',
    tone: 'idle',
    means: 'It is stored, and the service has not accepted it yet. The next check tells.',
  },
  active: { label: 'Works', tone: 'ok', means: 'The service accepts it.' },
  refreshing: {
    label: 'Being renewed',
    tone: 'idle',
    means: 'Latchkey asks the service for a fresh one. The one before goes on until it is there.',
  },
  updated: {
    label: 'Replaced, not yet proven',
    tone: 'idle',
    means: 'The one before is kept until a check shows that the new one works.',
  },
  expired: {
    label: 'Expired',
    tone: 'warn',
    means: 'Its time is up. Enter a new one; programs may fail until then.',
  },
  revoked: {
    label: 'Revoked',
    tone: 'bad',
    means: 'It was withdrawn and does not come back. Enter a new one.',
  },
};

/** Those of a token that somebody agreed to: there is nothing to enter. */
const BY_CONSENT: Record<string, StateWords> = {
  expired: {
    label: 'Expired',
    tone: 'warn',
    means: 'Its time is up. Authorise again; programs may fail until then.',
  },
  revoked: {
    label: 'Revoked',
    tone: 'bad',
    means: 'It was withdrawn and does not come back. Authorise again; the settings are kept.',
  },
};

/** Whatever it was before, it is not taken now; it comes back by itself where it was the service that erred. */
const REFUSED: StateWords = {
  label: 'Refused',
  tone: 'bad',
  means:
    'The service does not accept it. Enter a new one, unless the service is at fault: checks go on with this one.',
};

interface StateFacts {
  state: string;
  /** Somebody agreed to it at the service. */
  byConsent?: boolean;
  /** The last test that tells found it refused. */
  refused?: boolean;
}

/** The state of a stored credential in words. */
export function credentialStateWords({ state, byConsent = false, refused = false }: StateFacts): StateWords {
  // One that was withdrawn, or whose time is up, is refused for that.
  if (refused && !['revoked', 'expired'].includes(state)) return REFUSED;
  return (
    (byConsent ? BY_CONSENT[state] : undefined) ??
    STATES[state] ?? { label: humanize(state), tone: 'idle', means: '' }
  );
}
