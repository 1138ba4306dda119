import {
  BooleanField,
  ChoiceField,
  ChoicesField,
  DateField,
  IntegerField,
  ObjectField,
  ShapeField,
  ShapesField,
  TextField,
  UuidField,
} from '../../common/fields.js';
import { PageQuery } from '../../common/pagination.js';

export class RepositoriesQuery extends PageQuery {
  @TextField({ optional: true, max: 100, description: 'Part of the name.' })
  q?: string;

  @ChoiceField(['true', 'false'], { optional: true, description: 'Only archived ones, or only the others.' })
  archived?: 'true' | 'false';
}

export const REPOSITORY_EVENTS = ['push', 'pull_request', 'release', 'deployment', 'issue'] as const;

/** What is told in a channel. */
export class SlackChannelSettingsDto {
  @ChoicesField(REPOSITORY_EVENTS, { description: 'Which events of the repository.' })
  events: (typeof REPOSITORY_EVENTS)[number][];

  @TextField({ nullable: true, description: 'Only events of this branch; null for all.' })
  branch: string | null;

  @BooleanField({ description: 'Nothing is told for now.' })
  muted: boolean;
}

/** A channel in which the repository's events are told. */
export class RepositorySlackChannelDto {
  @TextField({ example: 'C024BE91L' })
  channel_id: string;

  @TextField({ example: 'releases' })
  channel_name: string;

  @UuidField({ description: 'The Slack integration that reaches the channel.' })
  integration_id: string;

  @ShapeField(() => SlackChannelSettingsDto)
  settings: SlackChannelSettingsDto;

  @ChoiceField(['archived', 'unreachable'], {
    nullable: true,
    description:
      'Why nothing can be posted there any more. `unreachable`: it was deleted, or the bot does not see it.',
  })
  problem: 'archived' | 'unreachable' | null;

  @DateField()
  mapped_at: Date;
}

export class RepositoryDto {
  @UuidField()
  id: string;

  @TextField({ example: '1296269', description: 'GitHub’s number; it stays when the name changes.' })
  github_id: string;

  @TextField({ example: 'octo-org/hello-world' })
  full_name: string;

  @TextField({ nullable: true, example: 'main' })
  default_branch: string | null;

  @ChoiceField(['public', 'private', 'internal'])
  visibility: string;

  @BooleanField()
  archived: boolean;

  @TextField({ example: 'https://github.com/octo-org/hello-world' })
  html_url: string;

  @DateField({ nullable: true, description: 'Since when it is no longer reached; its mappings are kept.' })
  removed_at: Date | null;

  @DateField()
  synced_at: Date;

  @ObjectField()
  settings: Record<string, unknown>;

  @ShapesField(() => RepositorySlackChannelDto)
  slack_channels: RepositorySlackChannelDto[];
}

export class RepositorySyncDto {
  @ChoiceField(['queued', 'running', 'completed', 'failed'])
  state: string;

  @IntegerField({ nullable: true, description: 'As many as GitHub says there are, where it does.' })
  total: number | null;

  @IntegerField({ description: 'How many have been read.' })
  done: number;

  @IntegerField()
  added: number;

  @IntegerField()
  changed: number;

  @IntegerField()
  removed: number;

  @TextField({ nullable: true, description: 'Why it failed or waits, and what to do.' })
  error: string | null;

  @DateField()
  requested_at: Date;

  @DateField({ nullable: true })
  started_at: Date | null;

  @DateField({ nullable: true })
  finished_at: Date | null;
}
