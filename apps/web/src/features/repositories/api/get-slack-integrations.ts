import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { repositoryKeys } from './keys';

const MOST = 100;

const slackIntegrationsQuery = queryOptions({
  queryKey: repositoryKeys.slackIntegrations,
  queryFn: async () => {
    const query = { type: 'slack', sort: 'name' as const, per_page: MOST };
    return (await unwrap(api.GET('/api/v1/integrations', { params: { query } }))).integrations;
  },
});

/** The Slack workspaces that the organisation is connected to. */
export const useSlackIntegrations = () => useQuery(slackIntegrationsQuery);
