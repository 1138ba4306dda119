import { lazyRouteComponent } from '@tanstack/react-router';
import { GithubAppSlot } from '../features/integrations/components/slots';
import { AddIntegrationPage } from '../features/integrations/pages/AddIntegrationPage';

const GithubAppStep = lazyRouteComponent(
  () => import('../features/github-app/components/GithubAppStep'),
  'GithubAppStep',
);

/** The wizard, with the way by a GitHub App in it. */
export function ConnectRoute() {
  return (
    <GithubAppSlot value={<GithubAppStep />}>
      <AddIntegrationPage />
    </GithubAppSlot>
  );
}
