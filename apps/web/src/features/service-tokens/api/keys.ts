/** Query keys of this feature: a mutation invalidates by them. */
export const tokenKeys = {
  all: ['service-tokens'] as const,
  lists: ['service-tokens', 'list'] as const,
  one: (id: string) => ['service-tokens', 'one', id] as const,
};
