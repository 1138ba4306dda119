import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from '../../../lib/client';

export type SlackConnection = Schemas['SlackConnectionDto'];

function slackConnectionQuery(integrationId: string) {
  return queryOptions({
    queryKey: ['slack-connection', integrationId],
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/integrations/{id}/slack', { params: { path: { id: integrationId } } })))
        .slack,
  });
}

/** The workspace of an integration, and where Slack sends what happens there. */
export const useSlackConnection = (integrationId: string) => useQuery(slackConnectionQuery(integrationId));
