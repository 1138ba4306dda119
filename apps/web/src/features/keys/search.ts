export interface KeysSearch {
  page?: number;
}

export function readKeysSearch(raw: Record<string, unknown>): KeysSearch {
  const page = Number(raw.page);
  return { page: Number.isInteger(page) && page > 1 ? page : undefined };
}
