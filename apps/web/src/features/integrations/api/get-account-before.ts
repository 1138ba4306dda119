import { useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';
import { integrationKeys } from './keys';

const LOOKED_AT = 10;

/** What the log says of the last consent when it was given by another account than the one before; else null. */
export const useAccountBefore = (id: string): string | null | undefined =>
  useQuery({
    queryKey: [...integrationKeys.one(id), 'account-before'],
    queryFn: async () => {
      const params = { path: { id }, query: { limit: LOOKED_AT } };
      const { logs } = await unwrap(api.GET('/api/v1/integrations/{id}/logs', { params }));
      const consent = logs.find(({ action }) => action === 'authorised');
      return consent?.metadata.other_account === true ? consent.message : null;
    },
  }).data;
