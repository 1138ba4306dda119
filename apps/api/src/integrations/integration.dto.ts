import {
  BooleanField,
  ChoiceField,
  DateField,
  IntegerField,
  NameField,
  NumberField,
  ObjectField,
  ShapeField,
  ShapesField,
  TextField,
  TextsField,
  UuidField,
  UuidsField,
} from '../common/fields.js';
import { CreatorDto } from '../common/creator.dto.js';
import { CursorQuery, PageQuery } from '../common/pagination.js';
import { STATUSES } from './integration.entity.js';
import { type Sort, SORTS } from './list/list-cursor.js';
import { TOKEN_STATUS_MEANING, TOKEN_STATUSES } from './tokens/token-status.js';

export const WINDOWS = ['1h', '24h', '7d', '30d'] as const;

export class TestIntegrationDto {
  @TextField({ min: 1, max: 50, example: 'argocd' }) integration_type_id: string;
  @ObjectField({
    example: {
      server_url: 'https://argocd.example.com',
      namespace: 'argocd',
      tls_verify: true,
      sync_interval: 300,
    },
  })
  config: Record<string, unknown>;
  @ObjectField({
    description:
      '`credential_type` (and `auth_mode` when several ways share it) with the fields of that way.',
    example: { credential_type: 'api_token', auth_token: 'your-secret-token-here' },
  })
  credentials: Record<string, unknown>;
}

export class CreateIntegrationDto extends TestIntegrationDto {
  @NameField({ max: 255, example: 'Production ArgoCD' }) name: string;
  @TextField({
    optional: true,
    nullable: true,
    max: 2000,
    example: 'ArgoCD instance for production deployments',
  })
  description?: string | null;
  @UuidsField({
    optional: true,
    description: 'Teams that may see it; none means everybody in the organisation.',
  })
  team_ids?: string[];
  @BooleanField({ optional: true, description: 'Test first, and keep nothing when that fails.' })
  test?: boolean;
}

export class UpdateIntegrationDto {
  @NameField({ optional: true, max: 255 }) name?: string;
  @TextField({ optional: true, nullable: true, max: 2000 }) description?: string | null;
  @ObjectField({ optional: true, description: 'Replaces the whole configuration.' }) config?: Record<
    string,
    unknown
  >;
  @UuidsField({ optional: true }) team_ids?: string[];
}

export class ListIntegrationsQuery extends PageQuery {
  @ChoiceField(STATUSES, { optional: true }) status?: string;
  @TextField({ optional: true, max: 50, example: 'argocd' }) type?: string;
  @TextField({ optional: true, max: 50, example: 'ci_cd' }) category?: string;
  @UuidField({ optional: true }) team?: string;
  @TextField({
    optional: true,
    max: 200,
    description: 'Beginnings of words of the name, description and type.',
  })
  q?: string;
  @ChoiceField(SORTS, { optional: true }) sort?: Sort;
  @TextField({
    optional: true,
    max: 2000,
    description:
      '`next_cursor` of the answer before, with the same filters and order: goes on from there, at any depth.',
  })
  cursor?: string;
}

export class IntegrationLogsQuery extends CursorQuery {}

export class HealthQuery {
  @ChoiceField(WINDOWS, { optional: true }) window?: (typeof WINDOWS)[number];
}

export class SelectedResourceDto {
  @TextField({ example: 'projects' }) kind: string;
  @TextField({ max: 300 }) id: string;
  @TextField({ max: 300 }) name: string;
  @ObjectField({ description: 'What else the provider said of it when it was selected.' }) details: Record<
    string,
    unknown
  >;
}

export class IntegrationDto {
  @UuidField() id: string;
  @TextField({ example: 'argocd' }) integration_type_id: string;
  @TextField({ example: 'Production ArgoCD' }) name: string;
  @TextField({ nullable: true, max: 2000 }) description: string | null;
  @TextField({ example: 'ci_cd' }) category: string;
  @ObjectField({ example: { server_url: 'https://argocd.example.com' } }) config: Record<string, unknown>;
  @ChoiceField(STATUSES) status: string;
  @TextField({ nullable: true, example: 'auth', description: 'The kind of failure.' }) error_code:
    string | null;
  @TextField({ nullable: true }) error_message: string | null;
  @TextField({ nullable: true, description: 'What to do about it.' }) hint: string | null;
  @TextField({ example: 'api_token' }) auth_mode: string;
  @TextField({ nullable: true, example: 'api_token' }) credential_type: string | null;
  @ChoiceField(TOKEN_STATUSES, { description: TOKEN_STATUS_MEANING }) token_status: string;
  @DateField({ nullable: true }) token_expires_at: Date | null;
  @IntegerField({ nullable: true, example: 245 }) response_time_ms: number | null;
  @DateField({ nullable: true }) last_sync_at: Date | null;
  @DateField({ nullable: true }) last_checked_at: Date | null;
  @DateField({ nullable: true }) next_check_at: Date | null;
  @DateField() status_changed_at: Date;
  @IntegerField({ example: 0 }) consecutive_failures: number;
  @ShapesField(() => SelectedResourceDto, {
    description: 'What of the account this integration is for; empty for all of it.',
  })
  selected_resources: SelectedResourceDto[];
  @TextsField() team_ids: string[];
  @ShapeField(() => CreatorDto, { nullable: true }) created_by: CreatorDto | null;
  @TextsField({
    example: ['integrations:update', 'integrations:test'],
    description: 'The permissions the caller holds for this very integration.',
  })
  allowed_actions: string[];
  @DateField() created_at: Date;
  @DateField() updated_at: Date;
}

export class IntegrationLogDto {
  @UuidField() id: string;
  @TextField({ example: 'connection_test' }) action: string;
  @ChoiceField(['success', 'failure', 'warning']) status: string;
  @TextField({ example: 'Connection successful' }) message: string;
  @ObjectField() metadata: Record<string, unknown>;
  @IntegerField({ nullable: true, example: 245 }) duration_ms: number | null;
  @DateField() created_at: Date;
}

export class CredentialMetadataDto {
  @TextField({ example: 'api_token' }) credential_type: string;
  @TextField({ example: 'api_token' }) auth_mode: string;
  @TextField({ example: 'active' }) state: string;
  @DateField({
    nullable: true,
    description:
      'Since when the service refuses it, as tests found; null while it does not, or nobody knows. Of kind `oauth2` the state says so.',
  })
  refused_at: Date | null;
  @TextsField({
    example: ['auth_token'],
    description: 'Names of the fields that are set; never their values.',
  })
  fields: string[];
  @DateField({ nullable: true }) expires_at: Date | null;
  @IntegerField({ example: 1 }) key_version: number;
  @DateField({ nullable: true }) last_used_at: Date | null;
  @DateField() created_at: Date;
  @DateField() updated_at: Date;
}

export class HealthPointDto {
  @DateField() at: Date;
  @BooleanField() ok: boolean;
  @IntegerField({ nullable: true }) response_time_ms: number | null;
  @TextField({ nullable: true }) error_code: string | null;
}

export class IncidentDto {
  @UuidField() id: string;
  @DateField() opened_at: Date;
  @DateField({ nullable: true }) resolved_at: Date | null;
  @TextField({ example: 'timeout' }) error_code: string;
  @TextField() message: string;
}

export class RecoveryAttemptDto {
  @DateField() at: Date;
  @ChoiceField(['token', 'webhook', 'installation'], { description: 'What was to be mended.' })
  action: string;
  @ChoiceField(['recovered', 'failed', 'reported'], {
    description: '`reported`: nobody but a person can mend it.',
  })
  outcome: string;
  @TextField({ example: 'The token was refreshed.' }) message: string;
}

export class HealthDto {
  @ChoiceField(STATUSES) status: string;
  @DateField() status_since: Date;
  @DateField({ nullable: true }) last_checked_at: Date | null;
  @DateField({ nullable: true }) next_check_at: Date | null;
  @IntegerField() consecutive_failures: number;
  @ChoiceField(WINDOWS) window: string;
  @NumberField({ nullable: true, description: 'Share of checks that succeeded in the window.' })
  uptime_percent: number | null;
  @IntegerField({ nullable: true }) average_response_time_ms: number | null;
  @IntegerField({ description: 'Checks in the window.' }) total_checks: number;
  @IntegerField({ description: 'Those that failed.' }) failed_checks: number;
  @ShapesField(() => HealthPointDto, {
    description:
      'Oldest first, at most 300; a point that stands for several checks failed when one of them did.',
  })
  checks: HealthPointDto[];
  @ShapesField(() => IncidentDto, { description: 'Newest first.' }) incidents: IncidentDto[];
  @ShapesField(() => RecoveryAttemptDto, {
    description: 'What Latchkey tried to mend by itself in the window, newest first, at most 50.',
  })
  recoveries: RecoveryAttemptDto[];
}
