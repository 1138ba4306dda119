import { queryOptions, useQuery } from '@tanstack/react-query';
import { api, unwrap } from '../../../lib/client';

export const githubAppsQuery = queryOptions({
  queryKey: ['github-apps'],
  queryFn: async () => (await unwrap(api.GET('/api/v1/github-app'))).github_apps,
});

/** The GitHub Apps that the organisation may install. */
export const useGithubApps = () => useQuery(githubAppsQuery);
