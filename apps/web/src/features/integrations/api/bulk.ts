import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Schemas } from '@latchkey/api-client';
import { useCallback } from 'react';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

const POLL_MS = 1_000;

export const isOver = ({ status }: { status: string }): boolean =>
  status !== 'queued' && status !== 'running';

export function useStartBulk() {
  return useMutation({
    mutationFn: async (body: Schemas['StartBulkDto']) =>
      (await unwrap(api.POST('/api/v1/integrations/bulk', { body }))).bulk_operation,
  });
}

function bulkQuery(id: string) {
  return queryOptions({
    queryKey: ['bulk-operations', id],
    queryFn: async () =>
      (await unwrap(api.GET('/api/v1/bulk-operations/{id}', { params: { path: { id } } }))).bulk_operation,
  });
}

/** An operation with each outcome, followed until it is over. */
export function useBulkOperation(id: string) {
  return useQuery({
    ...bulkQuery(id),
    refetchInterval: ({ state }) => (state.data && isOver(state.data) ? false : POLL_MS),
  });
}

export function useCancelBulk(id: string) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: () => unwrap(api.POST('/api/v1/bulk-operations/{id}/cancel', { params: { path: { id } } })),
    onSettled: () => queryClient.invalidateQueries({ queryKey: bulkQuery(id).queryKey }),
  });
}

/** The lists show what an operation did. */
export function useListsChanged(): () => void {
  const queryClient = useQueryClient();
  return useCallback(
    () => void queryClient.invalidateQueries({ queryKey: integrationKeys.all }),
    [queryClient],
  );
}
