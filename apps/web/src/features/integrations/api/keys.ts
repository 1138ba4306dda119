/** Query keys of this feature: a mutation invalidates by them. */
export const integrationKeys = {
  all: ['integrations'] as const,
  lists: ['integrations', 'list'] as const,
  one: (id: string) => ['integrations', 'one', id] as const,
};
