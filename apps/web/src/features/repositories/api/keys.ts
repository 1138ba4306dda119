/** Query keys of this feature: a mutation invalidates by them. */
export const repositoryKeys = {
  of: (integrationId: string) => ['repositories', integrationId] as const,
  slackIntegrations: ['repositories', 'slack-integrations'] as const,
};
