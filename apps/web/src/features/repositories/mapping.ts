import {
  EVENTS,
  type Mapping,
  type MappingSettings,
  type Repository,
  type RepositoryEvent,
} from './api/types';

export const eventLabels: Record<RepositoryEvent, string> = {
  push: 'Pushes',
  pull_request: 'Pull requests',
  release: 'Releases',
  deployment: 'Deployments',
  issue: 'Issues',
};

/** The repository with a channel mapped to it, in the place of what was mapped before under the same id. */
export function withMapping(repository: Repository, mapping: Mapping): Repository {
  const known = repository.slack_channels.some(({ channel_id: id }) => id === mapping.channel_id);
  const channels = known
    ? repository.slack_channels.map((each) => (each.channel_id === mapping.channel_id ? mapping : each))
    : [...repository.slack_channels, mapping];
  return { ...repository, slack_channels: channels };
}

export function withoutMapping(repository: Repository, channelId: string): Repository {
  return {
    ...repository,
    slack_channels: repository.slack_channels.filter(({ channel_id: id }) => id !== channelId),
  };
}

/** What is wrong with a channel, and what to do; null for one that works. */
export function problemOf({ problem }: Pick<Mapping, 'problem'>): string | null {
  if (problem === 'archived') return 'Archived in Slack: take it out of the archive there, or map another.';
  if (problem === 'unreachable') {
    return 'Deleted in Slack, or the bot does not see it any more: invite it again, or map another.';
  }
  return null;
}

/** What the form of a mapping's settings holds. */
export interface SettingsDraft {
  events: RepositoryEvent[];
  branch: string;
  muted: boolean;
}

export function draftOf(settings: MappingSettings | undefined): SettingsDraft {
  return {
    events: EVENTS.filter((event) => settings?.events.includes(event) ?? true),
    branch: settings?.branch ?? '',
    muted: settings?.muted ?? false,
  };
}

export function settingsOf({ events, branch, muted }: SettingsDraft): MappingSettings {
  return { events, branch: branch.trim() || null, muted };
}

/** The settings as they are sent: a branch that is none is left out. */
export function settingsToSend({ branch, ...settings }: MappingSettings) {
  return { ...settings, ...(branch !== null && { branch }) };
}

/** `Pushes, releases · only main · muted`; empty for all there is. */
export function settingsSummary({ events, branch, muted }: MappingSettings): string {
  const all = EVENTS.every((event) => events.includes(event));
  const names = all
    ? []
    : EVENTS.filter((event) => events.includes(event)).map((event) => eventLabels[event]);
  const told = names.map((name, index) => (index === 0 ? name : name.toLowerCase())).join(', ');
  return [events.length === 0 ? 'No events' : told, branch && `only ${branch}`, muted && 'muted']
    .filter(Boolean)
    .join(' · ');
}
