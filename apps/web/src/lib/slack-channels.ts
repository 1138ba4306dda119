import { infiniteQueryOptions } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { api, unwrap } from './client';

export type SlackChannel = Schemas['SlackChannelDto'];

const PER_LOAD = 100;
const FRESH_MS = 60_000;

/** The channels that a Slack integration's bot sees, a page at a time. Slack counts the calls: they are not repeated. */
export function slackChannelsQuery(integrationId: string, q: string | undefined) {
  return infiniteQueryOptions({
    queryKey: ['slack-channels', integrationId, { q }],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET('/api/v1/integrations/{id}/slack/channels', {
          params: { path: { id: integrationId }, query: { q, cursor: pageParam, limit: PER_LOAD } },
          signal,
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
    staleTime: FRESH_MS,
    retry: false,
    refetchOnWindowFocus: false,
  });
}
