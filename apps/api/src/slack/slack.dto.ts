import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsObject, ValidateIf, ValidateNested } from 'class-validator';
import {
  BooleanField,
  ChoicesField,
  DateField,
  IntegerField,
  QueryIntegerField,
  ShapeField,
  TextField,
  UuidField,
} from '../common/fields.js';
import { REPOSITORY_EVENTS } from '../github-app/repositories/repository.dto.js';

export class SlackChannelsQuery {
  @TextField({ optional: true, max: 80, description: 'Part of the name, with or without the # before it.' })
  q?: string;

  @TextField({ optional: true, max: 1000, description: '`next_cursor` of the answer before.' })
  cursor?: string;

  @QueryIntegerField({
    min: 1,
    max: 200,
    fallback: 100,
    description: 'Channels at most; a search may answer fewer and still have a next page.',
  })
  limit = 100;
}

export class SlackChannelDto {
  @TextField({ example: 'C0123456789' })
  id: string;

  @TextField({ example: 'deployments' })
  name: string;

  @BooleanField()
  is_private: boolean;

  @BooleanField({ description: 'Whether the bot is in it; it must be, to post in a private channel.' })
  is_member: boolean;

  @BooleanField()
  is_archived: boolean;

  @IntegerField({ nullable: true })
  num_members: number | null;
}

class WorkspaceDto {
  @TextField({
    description: 'Of the workspace, or of the organisation of an organisation-wide installation.',
  })
  id: string;

  @TextField({ example: 'Acme' })
  name: string;

  @BooleanField({ description: 'The app is installed in a whole Enterprise organisation.' })
  organization_wide: boolean;

  @DateField({ nullable: true, description: 'When Slack told that the app was removed from it.' })
  removed_at: Date | null;
}

export class SlackConnectionDto {
  @ShapeField(() => WorkspaceDto, { nullable: true, description: 'null until the connection worked once.' })
  workspace: WorkspaceDto | null;

  @TextField({
    format: 'uri',
    description: 'The Request URL to enter under Event Subscriptions of the Slack app.',
    example: 'https://latchkey.example.com/api/v1/slack/events',
  })
  events_url: string;

  @BooleanField({
    description: 'Whether the signing secret of the app is known; without it no event is taken in.',
  })
  events_ready: boolean;
}

export class SlackChannelSettingsInput {
  @ChoicesField(REPOSITORY_EVENTS, {
    optional: true,
    max: REPOSITORY_EVENTS.length,
    description: 'Which events of the repository are told there. Default: all.',
  })
  events?: (typeof REPOSITORY_EVENTS)[number][];

  @TextField({
    optional: true,
    min: 1,
    description: 'Only events of this branch. Default: all branches.',
    // What git takes for a branch: https://git-scm.com/docs/git-check-ref-format
    pattern: {
      expression: /^(?![/.])(?!.*(\/\/|\.\.|\/\.|@\{))[^\p{Cc} ~^:?*[\\]+(?<![/.])$/u,
      wants: 'must be the name of a branch',
    },
  })
  branch?: string;

  @BooleanField({ optional: true, description: 'Nothing is told for now. Default: false.' })
  muted?: boolean;
}

export class MapSlackChannelDto {
  @UuidField({ description: 'The Slack integration that reaches the channel.' })
  integration_id: string;

  @ApiProperty({
    type: () => SlackChannelSettingsInput,
    required: false,
    description: 'Left out, those of before stay.',
  })
  @ValidateIf((_: object, value: unknown) => value !== undefined)
  @IsObject({ message: 'must be an object' })
  @ValidateNested()
  @Type(() => SlackChannelSettingsInput)
  settings?: SlackChannelSettingsInput;
}

export class SlackEventsQuery {
  @TextField({
    optional: true,
    max: 100,
    description: 'Whose app it is: part of the `events_url` of the integration that brought it.',
  })
  app?: string;
}
