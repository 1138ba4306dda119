import { isUuid } from '../../lib/uuid';
import type { TokenFilters } from './api/get-service-tokens';
import { TOKEN_STATUSES } from './api/types';

type Raw = Record<string, unknown>;

/** What an address says, with everything it cannot mean left out. */
export function readTokensSearch(raw: Raw): TokenFilters {
  const page = Number(raw.page);
  return {
    status: TOKEN_STATUSES.find((status) => status === raw.status),
    page: Number.isInteger(page) && page > 1 ? page : undefined,
  };
}

export interface NewTokenSearch {
  /** The integration that the token is for. */
  integration?: string;
}

export function readNewTokenSearch(raw: Raw): NewTokenSearch {
  const { integration } = raw;
  return { integration: isUuid(integration) ? integration : undefined };
}
