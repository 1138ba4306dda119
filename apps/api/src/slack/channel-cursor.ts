import { AppError } from '../common/app-error.js';

/** Which kinds of channels are listed: both, or those that the scopes allow. */
export type ChannelKinds = 'all' | 'public' | 'private';

/** Where in Slack's listing a page of ours ended. */
export interface ChannelPosition {
  kinds: ChannelKinds;
  /** Of an organisation-wide installation: the workspace; otherwise empty. */
  team: string;
  /** Slack's own cursor; empty for its first page. */
  cursor: string;
  /** How many of Slack's page are behind. */
  index: number;
}

const KINDS: unknown[] = ['all', 'public', 'private'];

export const encodePosition = ({ kinds, team, cursor, index }: ChannelPosition): string =>
  Buffer.from(JSON.stringify([kinds, team, cursor, index])).toString('base64url');

export const notACursor = (): AppError =>
  AppError.invalid({ cursor: ['is not a cursor of this list; leave it out to start from the beginning'] });

/** @throws AppError VALIDATION_FAILED when the cursor is not one of ours */
export function decodePosition(text: string): ChannelPosition {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    throw notACursor();
  }
  if (!Array.isArray(parts) || parts.length !== 4) throw notACursor();
  const [kinds, team, cursor, index] = parts as unknown[];
  const valid =
    KINDS.includes(kinds) &&
    typeof team === 'string' &&
    /^[A-Z0-9]{0,30}$/.test(team) &&
    typeof cursor === 'string' &&
    Number.isInteger(index) &&
    (index as number) >= 0;
  if (!valid) throw notACursor();
  return { kinds: kinds as ChannelKinds, team, cursor, index: index as number };
}
