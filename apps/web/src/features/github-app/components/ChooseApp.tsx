import { Button, Stack, Text } from '@mantine/core';
import { IconBrandGithub } from '@tabler/icons-react';
import { useState } from 'react';
import { Notice } from '../../../components/Notice';
import { messageOf } from '../../../lib/api-error';
import { useInstallApp } from '../api/leave-for-github';
import type { GithubApp } from '../api/types';
import { AppChoice } from './AppChoice';

/** Which App to install, the newest unless somebody chooses, and the way to GitHub, where the repositories are chosen. */
export function ChooseApp({ apps }: { apps: GithubApp[] }) {
  const [chosen, setChosen] = useState(apps.at(-1)?.id ?? '');
  const install = useInstallApp();
  return (
    <Stack gap="md">
      <AppChoice label="Which App?" apps={apps} value={chosen} onChange={setChosen} />
      {install.isError && (
        <Notice tone="bad" role="alert" title="The installation could not be begun">
          {messageOf(install.error)}
        </Notice>
      )}
      <div>
        <Button
          leftSection={<IconBrandGithub size={16} aria-hidden />}
          loading={install.isPending || install.isSuccess}
          onClick={() => install.mutate(chosen)}
        >
          Install on GitHub
        </Button>
        <Text size="xs" c="dimmed" mt="xs">
          There you choose the account and the repositories, and come back here by yourself. Nothing has to be
          copied.
        </Text>
      </div>
    </Stack>
  );
}
