/** What Slack's Events API sends, as far as it concerns us: https://docs.slack.dev/apis/events-api */
export interface SlackEvent {
  eventId: string;
  type: string;
  /** Workspaces and Enterprise organisations that it may be for. */
  accounts: string[];
  channelId: string | null;
}

const REMOVALS = ['app_uninstalled', 'tokens_revoked'];
const CHANNEL_CHANGES = [
  'channel_archive',
  'channel_deleted',
  'channel_rename',
  'channel_unarchive',
  'group_archive',
  'group_deleted',
  'group_rename',
  'group_unarchive',
];
const MOST_AUTHORIZATIONS = 10;

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

const matching = (value: unknown, pattern: RegExp): string | null =>
  typeof value === 'string' && pattern.test(value) ? value : null;

export const isRemoval = (type: string): boolean => REMOVALS.includes(type);

const CHANNEL = /^[CG][A-Z0-9]{1,30}$/;
export const isChannelId = (text: string): boolean => CHANNEL.test(text);

function accountsIn(body: Record<string, unknown>): string[] {
  const authorizations = Array.isArray(body.authorizations) ? (body.authorizations as unknown[]) : [];
  const named = [body, ...authorizations.slice(0, MOST_AUTHORIZATIONS).map(object)];
  const ids = named.flatMap(({ team_id, enterprise_id }) => [team_id, enterprise_id]);
  return [...new Set(ids.flatMap((id) => matching(id, /^[TE][A-Z0-9]{1,30}$/) ?? []))];
}

/** A rename names the channel in an object, the others by its id. */
function channelIn({ channel }: Record<string, unknown>): string | null {
  return matching(channel, CHANNEL) ?? matching(object(channel).id, CHANNEL);
}

/** That only people's tokens were revoked does not concern the bot. */
function concernsBot({ type, tokens }: Record<string, unknown>): boolean {
  if (type !== 'tokens_revoked') return true;
  const { bot } = object(tokens);
  return !Array.isArray(bot) || bot.length > 0;
}

/** @returns undefined for what need not be worked on. */
export function readEvent(body: Record<string, unknown>): SlackEvent | undefined {
  if (body.type !== 'event_callback') return undefined;
  const event = object(body.event);
  const type = String(event.type);
  const eventId = matching(body.event_id, /^[A-Za-z0-9]{1,64}$/);
  if (eventId === null) return undefined;
  const channelId = channelIn(event);
  const wanted = isRemoval(type) ? concernsBot(event) : CHANNEL_CHANGES.includes(type) && channelId !== null;
  return wanted ? { eventId, type, accounts: accountsIn(body), channelId } : undefined;
}
