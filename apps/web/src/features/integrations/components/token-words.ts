import type { Tone } from '../../../components/Notice';
import type { Integration, TokenEvent, TokenHealth } from '../api/types';

interface Words {
  label: string;
  tone: Tone;
  /** What it means, and what to do where something is to be done. */
  means: string;
}

type Status = Integration['token_status'] | TokenHealth['status'];

const STATUSES: Record<Status, Words> = {
  none: {
    label: 'Does not expire',
    tone: 'idle',
    means: 'It has no known end, so nothing has to be renewed.',
  },
  valid: { label: 'Valid', tone: 'ok', means: 'The service accepts it.' },
  expiring: { label: 'Expires soon', tone: 'warn', means: 'Its time is nearly up.' },
  expired: {
    label: 'Expired',
    tone: 'bad',
    means: 'Its time is up; programs may fail until there is a new one.',
  },
  refreshing: {
    label: 'Being renewed',
    tone: 'idle',
    means: 'The service is asked for a fresh one. The one before goes on until it is there.',
  },
  revoked: {
    label: 'Revoked',
    tone: 'bad',
    means: 'The service no longer accepts it, nor what renews it. Authorise again.',
  },
  unauthorized: {
    label: 'Not authorised',
    tone: 'warn',
    means: 'Nobody has agreed at the service yet, so there is no token.',
  },
};

/** The state of a token in words. */
export const tokenWords = (status: Status): Words => STATUSES[status];

/** What a token that runs out soon, or has run out, means where Latchkey renews it by itself. */
export function meaningOf({ status, refreshable }: TokenHealth): string {
  if (refreshable && status === 'expiring') return 'Its time is nearly up; it is renewed before.';
  if (refreshable && status === 'expired') return 'Its time is up, and renewing it has not worked yet.';
  return tokenWords(status).means;
}

const CAUSES: Record<TokenEvent['cause'], string> = {
  schedule: 'by the schedule',
  use: 'when it was used',
  refusal: 'after the service refused it',
  person: 'by hand',
  recovery: 'while mending the connection',
};

export const causeWords = (cause: TokenEvent['cause']): string => CAUSES[cause];

const KINDS: Record<TokenEvent['kind'], { label: string; tone: Tone }> = {
  connected: { label: 'Authorised', tone: 'ok' },
  refreshed: { label: 'Renewed', tone: 'ok' },
  refresh_failed: { label: 'Not renewed', tone: 'warn' },
  refused: { label: 'Refused by the service', tone: 'bad' },
  revoked: { label: 'Revoked', tone: 'bad' },
};

export const kindWords = (kind: TokenEvent['kind']): { label: string; tone: Tone } => KINDS[kind];

/** Scopes that were asked for and not granted; none while the service does not say what it granted. */
export function withheld({ scopes_asked: asked, scopes_granted: granted }: TokenHealth): string[] {
  return granted === null ? [] : asked.filter((scope) => !granted.includes(scope));
}
