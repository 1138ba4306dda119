import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { preloadSchemaForm } from '../components/schema-form/SchemaForm';
import { integrationQuery } from '../features/integrations/api/get-integration';
import {
  readIntegrationSearch,
  readIntegrationsSearch,
  readWizardSearch,
} from '../features/integrations/search';
import { readClaimSearch } from '../features/github-app/search';
import { readKeysSearch } from '../features/keys/search';
import { readNewTokenSearch, readTokensSearch } from '../features/service-tokens/search';
import { catalogueQuery } from '../lib/catalogue';
import { readConnectResult } from '../lib/connect-result';
import { meQuery } from '../lib/me';
import { queryClient } from '../lib/query-client';
import { requireSession, requireStranger } from './guards';
import { NotFoundPage } from './NotFoundPage';
import { RouteError } from './RouteError';
import { RoutePending } from './RoutePending';
import { safeRedirect } from './safe-redirect';
import { StartError } from './StartError';

const rootRoute = createRootRoute({
  errorComponent: StartError,
  notFoundComponent: () => (
    <main>
      <NotFoundPage />
    </main>
  ),
});

const setupRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  beforeLoad: requireStranger,
  errorComponent: StartError,
  component: lazyRouteComponent(() => import('../features/auth/pages/SetupPage'), 'SetupPage'),
});

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (raw: Record<string, unknown>): { redirect?: string; ended?: true } => ({
    redirect: safeRedirect(raw.redirect),
    ended: raw.ended === true || undefined,
  }),
  beforeLoad: requireStranger,
  errorComponent: StartError,
  component: lazyRouteComponent(() => import('../features/auth/pages/SignInPage'), 'SignInPage'),
});

const signUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-up',
  beforeLoad: requireStranger,
  errorComponent: StartError,
  component: lazyRouteComponent(() => import('../features/auth/pages/SignUpPage'), 'SignUpPage'),
});

/** Where a flow at a provider ends, in a window or on a full page; nobody has to be signed in to read it. */
const connectResultRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/connect/result',
  validateSearch: readConnectResult,
  errorComponent: StartError,
  component: lazyRouteComponent(
    () => import('../features/connect/pages/ConnectResultPage'),
    'ConnectResultPage',
  ),
});

const Shell = lazyRouteComponent(() => import('./shell/Shell'), 'Shell');

const shellRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: 'shell',
  beforeLoad: async (context) => {
    // The code comes while the session is asked for: nearly always there is one.
    void Shell.preload?.();
    await requireSession(context);
  },
  errorComponent: StartError,
  loader: () => queryClient.ensureQueryData(meQuery),
  component: Shell,
});

const homeRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/integrations', replace: true });
  },
});

const integrationsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations',
  validateSearch: readIntegrationsSearch,
  component: lazyRouteComponent(
    () => import('../features/integrations/pages/IntegrationsPage'),
    'IntegrationsPage',
  ),
});

const addIntegrationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/new',
  validateSearch: readWizardSearch,
  loader: () => {
    void queryClient.prefetchQuery(catalogueQuery);
    preloadSchemaForm();
  },
  component: lazyRouteComponent(() => import('./ConnectRoute'), 'ConnectRoute'),
});

const integrationRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/integrations/$integrationId',
  validateSearch: readIntegrationSearch,
  loader: ({ params }) => {
    void queryClient.prefetchQuery(integrationQuery(params.integrationId));
  },
  component: lazyRouteComponent(() => import('./IntegrationRoute'), 'IntegrationRoute'),
});

const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../features/settings/pages/SettingsLayout'), 'SettingsLayout'),
});

const settingsHomeRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/',
  beforeLoad: () => {
    throw redirect({ to: '/settings/profile', replace: true });
  },
});

const profileRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/profile',
  component: lazyRouteComponent(() => import('../features/settings/pages/ProfilePage'), 'ProfilePage'),
});

const organizationRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/organization',
  component: lazyRouteComponent(
    () => import('../features/settings/pages/OrganizationPage'),
    'OrganizationPage',
  ),
});

const appearanceRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/appearance',
  component: lazyRouteComponent(() => import('../features/settings/pages/AppearancePage'), 'AppearancePage'),
});

const tokensRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/tokens',
  validateSearch: readTokensSearch,
  component: lazyRouteComponent(
    () => import('../features/service-tokens/pages/ServiceTokensPage'),
    'ServiceTokensPage',
  ),
});

const newTokenRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/tokens/new',
  validateSearch: readNewTokenSearch,
  component: lazyRouteComponent(
    () => import('../features/service-tokens/pages/NewServiceTokenPage'),
    'NewServiceTokenPage',
  ),
});

const tokenRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/tokens/$tokenId',
  component: lazyRouteComponent(
    () => import('../features/service-tokens/pages/ServiceTokenPage'),
    'ServiceTokenPage',
  ),
});

const githubAppsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/github-apps',
  component: lazyRouteComponent(
    () => import('../features/github-app/pages/GithubAppsPage'),
    'GithubAppsPage',
  ),
});

/** Where GitHub leads after an installation that was not begun here. */
const claimRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: '/github-app/claim',
  validateSearch: readClaimSearch,
  component: lazyRouteComponent(() => import('../features/github-app/pages/ClaimPage'), 'ClaimPage'),
});

const keysRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/keys',
  validateSearch: readKeysSearch,
  component: lazyRouteComponent(() => import('../features/keys/pages/KeysPage'), 'KeysPage'),
});

/** Where the keys were before they had a page of their own. */
const installationRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: '/installation',
  beforeLoad: () => {
    throw redirect({ to: '/settings/keys', replace: true });
  },
});

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    setupRoute,
    signInRoute,
    signUpRoute,
    connectResultRoute,
    shellRoute.addChildren([
      homeRoute,
      integrationsRoute,
      addIntegrationRoute,
      integrationRoute,
      claimRoute,
      settingsRoute.addChildren([
        settingsHomeRoute,
        profileRoute,
        organizationRoute,
        appearanceRoute,
        tokensRoute,
        newTokenRoute,
        tokenRoute,
        githubAppsRoute,
        keysRoute,
        installationRoute,
      ]),
    ]),
  ]),
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultPendingMinMs: 0,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFoundPage,
  defaultPendingComponent: RoutePending,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
