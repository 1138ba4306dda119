/**
 * The life of a stored credential (seed 004, "Credential Lifecycle"). A credential has a current version and, while that
 * one is not proven, the version before it, so that a new secret which turns out not to work costs nothing.
 */
export const CREDENTIAL_STATES = [
  'created',
  'active',
  'refreshing',
  'updated',
  'expired',
  'revoked',
] as const;
export type CredentialState = (typeof CREDENTIAL_STATES)[number];

/**
 * - `proven`: the service accepted it
 * - `refused`: the service refused it
 * - `refresh_started`, `refreshed`, `refresh_failed`: another one is asked for, came, did not come
 * - `replaced`: a person entered another one
 * - `authorised`: a person's consent at the provider brought another one
 * - `expired`: its own time is up
 * - `revoked`: it was withdrawn or is refused; only a replacement helps, unless the service accepts it after all
 */
export const CREDENTIAL_EVENTS = [
  'proven',
  'refused',
  'refresh_started',
  'refreshed',
  'refresh_failed',
  'replaced',
  'authorised',
  'expired',
  'revoked',
] as const;
export type CredentialEvent = (typeof CREDENTIAL_EVENTS)[number];

/**
 * What becomes of the versions:
 * - `keep`: nothing
 * - `advance`: a new current one; the one before is kept unless an older one is kept already
 * - `overwrite`: a new current one; nothing of before is kept
 * - `settle`: the one before is forgotten
 * - `restore`: the one before is the current one again
 */
export type Versions = 'keep' | 'advance' | 'overwrite' | 'settle' | 'restore';

export interface Step {
  state: CredentialState;
  versions: Versions;
}

const to = (state: CredentialState, versions: Versions = 'keep'): Step => ({ state, versions });

const PROVEN = to('active', 'settle');
const NEW = to('updated', 'advance');
/** Its issuer has just made it, and may have used up the one before: there is no way back. */
const ISSUED = to('updated', 'overwrite');
const REVOKED = to('revoked', 'settle');

const STEPS: Record<CredentialState, Partial<Record<CredentialEvent, Step>>> = {
  created: {
    proven: PROVEN,
    refresh_started: to('refreshing'),
    replaced: NEW,
    authorised: ISSUED,
    expired: to('expired'),
    revoked: REVOKED,
  },
  active: {
    proven: PROVEN,
    refresh_started: to('refreshing'),
    replaced: NEW,
    authorised: ISSUED,
    expired: to('expired'),
    revoked: REVOKED,
  },
  refreshing: {
    // By another, when the first was killed before it could say how it ended.
    refresh_started: to('refreshing'),
    refreshed: ISSUED,
    replaced: NEW,
    authorised: ISSUED,
    refresh_failed: to('active'),
    revoked: REVOKED,
  },
  updated: {
    proven: PROVEN,
    refused: to('active', 'restore'),
    refresh_started: to('refreshing'),
    replaced: NEW,
    authorised: ISSUED,
    expired: to('expired'),
    revoked: REVOKED,
  },
  expired: {
    proven: PROVEN,
    refresh_started: to('refreshing'),
    replaced: NEW,
    authorised: ISSUED,
    revoked: REVOKED,
  },
  revoked: { proven: PROVEN, replaced: ISSUED, authorised: ISSUED },
};

/** In which a refresh may begin. */
export const REFRESHABLE_STATES = CREDENTIAL_STATES.filter(
  (state) => STEPS[state].refresh_started !== undefined,
);

/**
 * What an event does.
 * @param hasPrevious whether a version before the current one is kept.
 * @returns undefined when the event means nothing in this state: it came late, and nothing changes.
 */
export function step(state: CredentialState, event: CredentialEvent, hasPrevious: boolean): Step | undefined {
  const found = STEPS[state][event];
  if (found?.versions === 'restore' && !hasPrevious) return undefined;
  // What was not proven before the refresh is not proven by its failure.
  if (state === 'refreshing' && event === 'refresh_failed' && hasPrevious) return to('updated');
  return found;
}
