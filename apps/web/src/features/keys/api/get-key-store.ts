import { queryOptions, useQuery } from '@tanstack/react-query';
import { ApiError } from '../../../lib/api-error';
import { api, unwrap } from '../../../lib/client';
import { adminKeys } from './keys';
import type { KeyStoreState } from './types';

const POLL_MS = 15_000;

/** The probe refuses to be ready when no key is left, and tells of the store all the same. */
function stateIn(error: unknown): KeyStoreState | undefined {
  const state = error instanceof ApiError ? error.details.key_store : undefined;
  return state as KeyStoreState | undefined;
}

const keyStoreQuery = queryOptions({
  queryKey: adminKeys.store,
  queryFn: async (): Promise<KeyStoreState> => {
    try {
      return (await unwrap(api.GET('/health/ready'))).key_store;
    } catch (error) {
      const state = stateIn(error);
      if (state) return state;
      throw error;
    }
  },
  refetchInterval: POLL_MS,
});

/** Whether the place that holds the root key answers. */
export const useKeyStore = () => useQuery(keyStoreQuery);
