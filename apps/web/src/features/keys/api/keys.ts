/** Query keys of this feature: a mutation invalidates by them. */
export const adminKeys = {
  all: ['admin', 'keys'] as const,
  page: (page: number) => ['admin', 'keys', 'page', page] as const,
  unreadable: (page: number, count: number) => ['admin', 'keys', 'unreadable', page, count] as const,
  store: ['admin', 'keys', 'store'] as const,
};
