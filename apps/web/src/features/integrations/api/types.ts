import type { Schemas } from '@latchkey/api-client';
import type { FormUiSchema } from '../../../components/schema-form/form-schema';
import type { JsonSchema } from '../../../components/schema-form/json-schema';

export type Integration = Schemas['IntegrationDto'];
export type IntegrationStatus = Integration['status'];
export type AuthMode = Schemas['AuthModeDto'];
export type OAuthInfo = NonNullable<AuthMode['oauth']>;
export type OAuthScope = OAuthInfo['scopes'][number];
export type TokenHealth = Schemas['TokenHealthDto'];
export type TokenEvent = Schemas['TokenEventDto'];
export type ResourceKind = Schemas['ResourceKindDto'];
export type Resource = ResourceKind['resources'][number];
export type BulkOperation = Schemas['BulkOperationDto'];
export type BulkAction = BulkOperation['action'];
export type BulkOperationDetails = Schemas['BulkOperationDetailsDto'];
export type BulkItem = Schemas['BulkItemDto'];
export type LogEntry = Schemas['IntegrationLogDto'];
export type CredentialInfo = Schemas['CredentialMetadataDto'];
export type Health = Schemas['HealthDto'];
export type HealthWindow = Health['window'];
export type HealthCheck = Schemas['HealthPointDto'];
export type Incident = Schemas['IncidentDto'];
export type RecoveryAttempt = Schemas['RecoveryAttemptDto'];
export type Usage = Schemas['UsageDto'];
export type UsagePoint = Schemas['UsagePointDto'];

export const USAGE_WINDOWS = ['24h', '7d', '30d'] as const;
export type UsageWindow = (typeof USAGE_WINDOWS)[number];

export const STATUSES = [
  'active',
  'error',
  'needs_reauth',
  'pending',
  'disabled',
] as const satisfies IntegrationStatus[];
export const HEALTH_WINDOWS = ['1h', '24h', '7d', '30d'] as const satisfies HealthWindow[];

export const SORTS = {
  name: 'Name',
  '-last_checked_at': 'Last check',
  '-created_at': 'Newest first',
  created_at: 'Oldest first',
} as const;

export interface IntegrationFilters {
  q?: string;
  status?: IntegrationStatus;
  type?: string;
  category?: string;
  sort?: keyof typeof SORTS;
  page?: number;
}

type TypeDto = Schemas['IntegrationTypeDto'];

/** OpenAPI can only say that these three are objects: two are JSON Schemas, one has hints in the words of RJSF. */
export interface TypeForms {
  config_schema: JsonSchema;
  credential_schema: { oneOf?: JsonSchema[] };
  ui_schema: { config?: FormUiSchema; credentials?: Record<string, FormUiSchema> };
}

export type IntegrationType = Omit<TypeDto, keyof TypeForms> & TypeForms;

export function toIntegrationType(dto: TypeDto): IntegrationType {
  const { config_schema, credential_schema, ui_schema } = dto;
  return {
    ...dto,
    config_schema: config_schema as TypeForms['config_schema'],
    credential_schema: credential_schema as TypeForms['credential_schema'],
    ui_schema: ui_schema as TypeForms['ui_schema'],
  };
}

/** What a successful test found out. */
export interface TestResult {
  status: string;
  message: string;
  details: Record<string, unknown>;
}
