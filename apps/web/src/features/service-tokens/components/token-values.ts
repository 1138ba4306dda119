import type { NewServiceToken, Scope } from '../api/types';
import { DEFAULT_EXPIRY, type Expiry, expiresAt } from './expiry';

/** Which integrations a token is for. */
export type Reach = 'all' | 'integrations' | 'types';

export interface TokenValues {
  name: string;
  description: string;
  scopes: Scope[];
  reach: Reach;
  integrationIds: string[];
  typeIds: string[];
  networks: string[];
  expiry: Expiry;
}

export function emptyValues(integration: string | undefined): TokenValues {
  return {
    name: '',
    description: '',
    scopes: ['proxy:call'],
    reach: integration ? 'integrations' : 'all',
    integrationIds: integration ? [integration] : [],
    typeIds: [],
    networks: [],
    expiry: DEFAULT_EXPIRY,
  };
}

export type Problems = Partial<
  Record<
    'name' | 'scopes' | 'integration_ids' | 'integration_type_ids' | 'allowed_cidrs' | 'expires_at',
    string
  >
>;

/** What a person still has to do, by the field's name in the API. */
export function problemsOf(values: TokenValues, now: number): Problems {
  const { name, scopes, reach, integrationIds, typeIds, expiry } = values;
  return {
    ...(name.trim() ? {} : { name: 'Give it a name.' }),
    ...(scopes.length > 0 ? {} : { scopes: 'Choose at least one.' }),
    ...(reach === 'integrations' && integrationIds.length === 0
      ? { integration_ids: 'Choose at least one, or allow all integrations.' }
      : {}),
    ...(reach === 'types' && typeIds.length === 0
      ? { integration_type_ids: 'Choose at least one, or allow all integrations.' }
      : {}),
    ...(expiresAt(expiry, now) === undefined ? { expires_at: 'Choose a day that is still to come.' } : {}),
  };
}

/** What is sent. */
export function toRequest(values: TokenValues, now: number): NewServiceToken {
  const { name, description, scopes, reach, integrationIds, typeIds, networks, expiry } = values;
  return {
    name: name.trim(),
    description: description.trim() || undefined,
    scopes,
    integration_ids: reach === 'integrations' ? integrationIds : null,
    integration_type_ids: reach === 'types' ? typeIds : null,
    allowed_cidrs: networks.length > 0 ? networks : null,
    expires_at: expiresAt(expiry, now)?.toISOString() ?? null,
  };
}
