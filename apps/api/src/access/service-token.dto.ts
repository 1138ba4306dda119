import {
  ChoiceField,
  ChoicesField,
  DateField,
  DateTimeField,
  IntegerField,
  NameField,
  NetworksField,
  ShapeField,
  TextField,
  TextsField,
  UuidField,
  UuidsField,
} from '../common/fields.js';
import { PageQuery } from '../common/pagination.js';
import { CreatorDto } from '../common/creator.dto.js';

export const SCOPES = ['integrations:read', 'credentials:read', 'proxy:call', 'scans:run'] as const;
export const TOKEN_STATUSES = ['active', 'expired', 'revoked'] as const;

export class CreateServiceTokenDto {
  @NameField({ max: 100, example: 'Deploy pipeline' }) name: string;

  @TextField({
    optional: true,
    max: 500,
    description: 'What the program is, for whoever finds it in the list.',
  })
  description?: string;

  @ChoicesField(SCOPES, { min: 1, description: 'What the program may do.', example: ['proxy:call'] })
  scopes: (typeof SCOPES)[number][];

  @UuidsField({
    optional: true,
    nullable: true,
    description: 'Only these integrations; null or absent for all, also those added later.',
  })
  integration_ids?: string[] | null;

  @TextsField({
    optional: true,
    nullable: true,
    max: 100,
    description: 'Only integrations of these types; null or absent for all.',
    example: ['github'],
  })
  integration_type_ids?: string[] | null;

  @NetworksField({
    optional: true,
    nullable: true,
    max: 50,
    description: 'Only from these networks or addresses; null or absent for anywhere.',
    example: ['203.0.113.0/24'],
  })
  allowed_cidrs?: string[] | null;

  @DateTimeField({ optional: true, nullable: true, description: 'When it ends; null or absent for never.' })
  expires_at?: string | null;
}

export class RotateServiceTokenDto {
  @IntegerField({
    optional: true,
    min: 0,
    max: 7 * 86_400,
    description: 'Seconds for which the old secret still works beside the new one. Default 3600.',
    example: 3600,
  })
  overlap_seconds?: number;
}

export class ListServiceTokensQuery extends PageQuery {
  @ChoiceField(TOKEN_STATUSES, { optional: true }) status?: (typeof TOKEN_STATUSES)[number];
}

/** It has no field that could hold the secret. */
export class ServiceTokenDto {
  @UuidField() id: string;
  @TextField({ example: 'Deploy pipeline' }) name: string;
  @TextField() description: string;
  @TextField({ example: 'x7Qa', description: 'The last characters of the token.' }) hint: string;
  @ChoiceField(TOKEN_STATUSES) status: (typeof TOKEN_STATUSES)[number];
  @TextsField({ example: ['proxy:call'] }) scopes: string[];
  @UuidsField({ nullable: true }) integration_ids: string[] | null;
  @TextsField({ nullable: true }) integration_type_ids: string[] | null;
  @TextsField({ nullable: true }) allowed_cidrs: string[] | null;
  @DateField({ nullable: true }) expires_at: Date | null;
  @DateField({ nullable: true }) last_used_at: Date | null;
  @TextField({ nullable: true }) last_used_ip: string | null;
  @DateField({ nullable: true }) rotated_at: Date | null;
  @DateField({ nullable: true, description: 'Until when the secret before the last rotation works.' })
  previous_until: Date | null;
  @ShapeField(() => CreatorDto, { nullable: true }) created_by: CreatorDto | null;
  @DateField() created_at: Date;
  @DateField({ nullable: true }) revoked_at: Date | null;
}
