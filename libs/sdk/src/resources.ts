import { isObject, type Json } from './answers.js';
import type { Credential, Integration, SelectedResource } from './types.js';

/** An answer that lacks what it must have. It holds nothing of the answer. */
export class Malformed extends Error {}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Malformed();
  return value;
}

function object(value: unknown): Json {
  if (!isObject(value)) throw new Malformed();
  return value;
}

function date(value: unknown): Date {
  const parsed = new Date(text(value));
  if (Number.isNaN(parsed.getTime())) throw new Malformed();
  return parsed;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Malformed();
  return value;
}

const optional = <T>(read: (value: unknown) => T, value: unknown): T | null =>
  value === null || value === undefined ? null : read(value);

function number(value: unknown): number {
  if (typeof value !== 'number') throw new Malformed();
  return value;
}

function readSelected(value: unknown): SelectedResource {
  const { kind, id, name } = object(value);
  return { kind: text(kind), id: text(id), name: text(name) };
}

/** @throws Malformed */
export function readCredential(data: Json): Credential {
  const credential = object(data.credential);
  return {
    integrationId: text(credential.integration_id),
    integrationTypeId: text(credential.integration_type_id),
    credentialType: text(credential.credential_type),
    authMode: text(credential.auth_mode),
    status: text(credential.status) as Credential['status'],
    values: object(credential.values) as Credential['values'],
    expiresAt: optional(date, credential.expires_at),
    selectedResources: list(credential.selected_resources ?? []).map(readSelected),
  };
}

function readCreator(value: unknown): { id: string; fullName: string } {
  const creator = object(value);
  return { id: text(creator.id), fullName: text(creator.full_name) };
}

/** @throws Malformed */
export function readIntegration(value: unknown): Integration {
  const integration = object(value);
  return {
    id: text(integration.id),
    integrationTypeId: text(integration.integration_type_id),
    name: text(integration.name),
    description: optional(text, integration.description),
    category: text(integration.category),
    config: object(integration.config),
    status: text(integration.status) as Integration['status'],
    errorCode: optional(text, integration.error_code),
    errorMessage: optional(text, integration.error_message),
    hint: optional(text, integration.hint),
    authMode: text(integration.auth_mode),
    credentialType: optional(text, integration.credential_type),
    tokenStatus: text(integration.token_status) as Integration['tokenStatus'],
    tokenExpiresAt: optional(date, integration.token_expires_at),
    responseTimeMs: optional(number, integration.response_time_ms),
    lastSyncAt: optional(date, integration.last_sync_at),
    lastCheckedAt: optional(date, integration.last_checked_at),
    nextCheckAt: optional(date, integration.next_check_at),
    statusChangedAt: date(integration.status_changed_at),
    consecutiveFailures: number(integration.consecutive_failures),
    selectedResources: list(integration.selected_resources ?? []).map(readSelected),
    teamIds: list(integration.team_ids).map(text),
    createdBy: optional(readCreator, integration.created_by),
    createdAt: date(integration.created_at),
    updatedAt: date(integration.updated_at),
  };
}

/** A page of a list. @throws Malformed */
export function readPage(data: Json): { integrations: Integration[]; isLast: boolean } {
  const integrations = list(data.integrations).map(readIntegration);
  const { total, page, per_page: perPage } = object(data.pagination);
  return {
    integrations,
    isLast: integrations.length === 0 || number(page) * number(perPage) >= number(total),
  };
}
