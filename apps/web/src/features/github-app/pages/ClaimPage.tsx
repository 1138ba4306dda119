import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconBrandGithub, IconHelpCircle } from '@tabler/icons-react';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { Notice } from '../../../components/Notice';
import { Page } from '../../../components/Page';
import { Panel } from '../../../components/Panel';
import { messageOf } from '../../../lib/api-error';
import { useMe } from '../../../lib/me';
import { useGithubApps } from '../api/get-github-apps';
import { useClaimInstallation } from '../api/leave-for-github';
import type { GithubApp } from '../api/types';
import { AppChoice } from '../components/AppChoice';
import { RequireConnecting } from '../components/RequireConnecting';

const route = getRouteApi('/shell/github-app/claim');

/** For an installation that was made on GitHub without beginning here: whoever proves that it is theirs connects it. */
export function ClaimPage() {
  const { installation_id: installation, app_id: app } = route.useSearch();
  return (
    <Page title="Connect an installation" narrow>
      <RequireConnecting>
        {installation ? <Claim installationId={installation} appId={app} /> : <NothingToClaim />}
      </RequireConnecting>
    </Page>
  );
}

function NothingToClaim() {
  return (
    <EmptyState
      icon={IconHelpCircle}
      title="This address names no installation"
      action={
        <Button
          renderRoot={(props) => (
            <Link to="/integrations/new" search={{ type: 'github', method: 'app' }} {...props} />
          )}
        >
          Install a GitHub App
        </Button>
      }
    >
      GitHub leads here after an App is installed. Begin from Latchkey, and the way back is found by itself.
    </EmptyState>
  );
}

function Claim({ installationId, appId }: { installationId: string; appId: string | undefined }) {
  const query = useGithubApps();
  const { organization } = useMe();
  return (
    <Panel
      title="The App was installed on GitHub"
      description={`Installation ${installationId} was not begun here, so Latchkey does not know whose it is.`}
    >
      {query.isPending && <Skeleton h={160} aria-hidden />}
      {query.isError && (
        <ErrorState
          title="The GitHub Apps could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {query.data && (
        <ClaimForm
          installationId={installationId}
          apps={appId ? query.data.filter(({ id }) => id === appId) : query.data}
          organization={organization?.name ?? 'your organisation'}
        />
      )}
    </Panel>
  );
}

interface ClaimFormProps {
  installationId: string;
  apps: GithubApp[];
  organization: string;
}

function ClaimForm({ installationId, apps, organization }: ClaimFormProps) {
  const [chosen, setChosen] = useState(apps[0]?.id ?? '');
  const claim = useClaimInstallation();
  if (apps.length === 0) {
    return (
      <Notice tone="warn" title="Your organisation has no such GitHub App">
        The App may belong to another organisation of this Latchkey: switch to it at the top, and open this
        address again.
      </Notice>
    );
  }
  return (
    <Stack gap="md">
      <Text size="sm">
        GitHub is asked whether you see this installation. If so, its repositories are connected to{' '}
        <strong>{organization}</strong>.
      </Text>
      <AppChoice label="Which App was installed?" apps={apps} value={chosen} onChange={setChosen} />
      {claim.isError && (
        <Notice tone="bad" role="alert" title="GitHub could not be asked">
          {messageOf(claim.error)}
        </Notice>
      )}
      <div>
        <Button
          leftSection={<IconBrandGithub size={16} aria-hidden />}
          loading={claim.isPending || claim.isSuccess}
          onClick={() => claim.mutate({ installation_id: installationId, app_id: chosen })}
        >
          Prove on GitHub that it is yours
        </Button>
      </div>
    </Stack>
  );
}
