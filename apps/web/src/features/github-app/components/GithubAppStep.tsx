import { Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { ErrorState } from '../../../components/ErrorState';
import { useGithubApps } from '../api/get-github-apps';
import { ChooseApp } from './ChooseApp';
import { CreateAppForm } from './CreateAppForm';
import { LocalAddressNotice } from './LocalAddressNotice';

/** The wizard's way to GitHub by an App: create one where there is none, then install it. */
export function GithubAppStep() {
  const query = useGithubApps();
  const [creating, setCreating] = useState(false);
  if (query.isPending) return <Skeleton h={240} aria-hidden />;
  if (query.isError) {
    return (
      <ErrorState
        title="The GitHub Apps could not be loaded"
        error={query.error}
        onRetry={() => void query.refetch()}
        retrying={query.isFetching}
      />
    );
  }
  const apps = query.data;
  const none = apps.length === 0;
  return (
    <Stack gap="md">
      {none && (
        <Text size="sm">
          A GitHub App is an account of its own for Latchkey: it sees only the repositories that you choose,
          and its tokens last an hour. Latchkey fills everything in, GitHub asks you once to confirm, and the
          keys come back by themselves.
        </Text>
      )}
      <LocalAddressNotice apps={apps} />
      {none || creating ? (
        <CreateAppForm onCancel={none ? undefined : () => setCreating(false)} />
      ) : (
        <>
          <ChooseApp apps={apps} />
          <div>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => setCreating(true)}
            >
              Create another App
            </Button>
          </div>
        </>
      )}
    </Stack>
  );
}
