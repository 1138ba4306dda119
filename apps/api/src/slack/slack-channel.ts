import type { SlackChannelDto } from './slack.dto.js';

const LONGEST_NAME = 200;

/** A channel as Slack describes it. */
export interface ListedChannel {
  id?: string;
  name?: string;
  is_private?: boolean;
  is_member?: boolean;
  is_archived?: boolean;
  is_im?: boolean;
  is_mpim?: boolean;
  num_members?: number;
}

/** @returns none for what is no channel, such as a direct message. */
export function toChannel(channel: ListedChannel | undefined): SlackChannelDto[] {
  if (!channel?.id || !channel.name || channel.is_im || channel.is_mpim) return [];
  return [
    {
      id: channel.id,
      name: channel.name
        .replace(/\p{Cc}+/gu, ' ')
        .slice(0, LONGEST_NAME)
        .toWellFormed(),
      is_private: channel.is_private ?? false,
      is_member: channel.is_member ?? false,
      is_archived: channel.is_archived ?? false,
      num_members: channel.num_members ?? null,
    },
  ];
}
