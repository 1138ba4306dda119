import type { Schemas } from '@latchkey/api-client';

export type Repository = Schemas['RepositoryDto'];
/** A Slack channel that a repository is mapped to. */
export type Mapping = Repository['slack_channels'][number];
export type MappingSettings = Mapping['settings'];
export type Sync = Schemas['RepositorySyncDto'];
export type Integration = Schemas['IntegrationDto'];

export const EVENTS = ['push', 'pull_request', 'release', 'deployment', 'issue'] as const;
export type RepositoryEvent = (typeof EVENTS)[number];

export interface RepositoryFilters {
  q?: string;
  archived?: boolean;
  page?: number;
}
