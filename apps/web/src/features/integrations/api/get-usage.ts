import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';
import type { UsageWindow } from './types';

const POLL_MS = 30_000;
const HOUR_MS = 3_600_000;

/** How far back each looks, and how coarse its points are. */
const WINDOWS = {
  '24h': { span: 24 * HOUR_MS, bucket: '1h' },
  '7d': { span: 7 * 24 * HOUR_MS, bucket: '1h' },
  '30d': { span: 30 * 24 * HOUR_MS, bucket: '1d' },
} as const satisfies Record<UsageWindow, unknown>;

function usageQuery(id: string, window: UsageWindow) {
  return queryOptions({
    queryKey: [...integrationKeys.one(id), 'usage', window],
    queryFn: async () => {
      const { span, bucket } = WINDOWS[window];
      const to = Date.now();
      const query = { from: new Date(to - span).toISOString(), to: new Date(to).toISOString(), bucket };
      const params = { path: { id }, query };
      return (await unwrap(api.GET('/api/v1/integrations/{id}/usage', { params }))).usage;
    },
    placeholderData: keepPreviousData,
    refetchInterval: POLL_MS,
  });
}

export const useUsage = (id: string, window: UsageWindow) => useQuery(usageQuery(id, window));
