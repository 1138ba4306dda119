import { Button, Skeleton, Stack } from '@mantine/core';
import { IconBrandGithub, IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../../../components/EmptyState';
import { ErrorState } from '../../../components/ErrorState';
import { SectionTitle } from '../../../components/SectionTitle';
import { useCan } from '../../../lib/me';
import { useGithubApps } from '../api/get-github-apps';
import { AppPanel } from '../components/AppPanel';
import { LocalAddressNotice } from '../components/LocalAddressNotice';
import { RequireConnecting } from '../components/RequireConnecting';

export function GithubAppsPage() {
  return (
    <RequireConnecting>
      <GithubApps />
    </RequireConnecting>
  );
}

function NewAppButton() {
  return (
    <Button
      leftSection={<IconPlus size={16} aria-hidden />}
      renderRoot={(props) => (
        <Link to="/integrations/new" search={{ type: 'github', method: 'app' }} {...props} />
      )}
    >
      Create a GitHub App
    </Button>
  );
}

function GithubApps() {
  const query = useGithubApps();
  const creates = useCan()('integrations:create');
  const none = query.data?.length === 0;
  return (
    <div>
      <SectionTitle
        title="GitHub Apps"
        description="Through these Latchkey reaches repositories: each is an account of its own on GitHub."
        actions={!none && creates && <NewAppButton />}
      />
      {query.isPending && <Skeleton h={260} aria-hidden />}
      {query.isError && !query.data && (
        <ErrorState
          title="The GitHub Apps could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {none && (
        <EmptyState icon={IconBrandGithub} title="No GitHub App yet" action={<NewAppButton />}>
          An App sees only the repositories that you choose, tells Latchkey of changes, and needs nobody’s
          personal token. Creating one takes a minute.
        </EmptyState>
      )}
      {query.data && !none && (
        <Stack gap="md">
          <LocalAddressNotice apps={query.data} />
          {query.data.map((app) => (
            <AppPanel key={app.id} app={app} />
          ))}
        </Stack>
      )}
    </div>
  );
}
