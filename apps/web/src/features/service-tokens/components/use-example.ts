import { useQuery } from '@tanstack/react-query';
import { catalogueQuery } from '../../../lib/catalogue';
import { defaultsOf, fillPath } from '../../../lib/snippets';
import { useAnyIntegration, useIntegrationsById } from '../api/get-integrations';
import type { Integration, ServiceToken } from '../api/types';

interface Example {
  integration: Integration | undefined;
  /** Null where this service is not called through the proxy. */
  path: string | null;
}

/** An integration that the token reaches, to write examples with, and a path of it. */
export function useExample({ integration_ids: ids, integration_type_ids: types }: ServiceToken): Example {
  const first = ids?.slice(0, 1) ?? [];
  const named = useIntegrationsById(first);
  const any = useAnyIntegration(types?.[0], ids === null);
  const { data: catalogue } = useQuery(catalogueQuery);
  const integration = (ids ? named.get(first[0] ?? '') : any.data?.[0]) ?? undefined;
  const type = catalogue?.find(({ id }) => id === (integration?.integration_type_id ?? types?.[0]));
  const mode = type?.auth_modes.find(({ id }) => id === integration?.auth_mode) ?? type?.auth_modes[0];
  if (!type || !mode) return { integration, path: '/' };
  if (mode.example_path === null) return { integration, path: null };
  const path = fillPath(mode.example_path, integration?.config ?? {}, defaultsOf(type.config_schema));
  return { integration, path };
}
