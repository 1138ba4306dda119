import { Anchor } from '@mantine/core';
import { IconBrandGithub, IconExternalLink } from '@tabler/icons-react';
import { useState } from 'react';
import { Facts } from '../../../components/Facts';
import { GatedButton } from '../../../components/GatedButton';
import { Identifier } from '../../../components/Identifier';
import { Panel } from '../../../components/Panel';
import { useCan } from '../../../lib/me';
import { toastFailed } from '../../../lib/toast';
import { useInstallApp } from '../api/leave-for-github';
import { type GithubApp, INSTALLATION_APP } from '../api/types';
import { DeleteAppDialog } from './DeleteAppDialog';
import { HookState } from './HookState';
import classes from './GithubApp.module.css';

/** One GitHub App: whose it is, how its webhook does, and what can be done with it. */
export function AppPanel({ app }: { app: GithubApp }) {
  const can = useCan();
  const install = useInstallApp();
  const [deleting, setDeleting] = useState(false);
  const shared = app.id === INSTALLATION_APP;
  return (
    <Panel
      title={app.name}
      description={shared ? 'Given to this Latchkey installation by its operator.' : undefined}
      actions={
        <div className={classes.acts}>
          <GatedButton
            allowed={can('integrations:create')}
            reason="Your role cannot connect services."
            size="xs"
            leftSection={<IconBrandGithub size={14} aria-hidden />}
            loading={install.isPending || install.isSuccess}
            aria-label={`Install ${app.name}`}
            onClick={() =>
              install.mutate(app.id, {
                onError: (error) => toastFailed('The installation could not be begun', error),
              })
            }
          >
            Install
          </GatedButton>
          {!shared && (
            <GatedButton
              allowed={app.installations === 0}
              reason="Integrations use it. Delete them first."
              size="xs"
              variant="outline"
              color="red"
              aria-label={`Delete ${app.name}…`}
              onClick={() => setDeleting(true)}
            >
              Delete…
            </GatedButton>
          )}
        </div>
      }
    >
      <Facts
        rows
        facts={[
          { label: 'Webhook', value: <HookState hook={app.hook} /> },
          ...(app.hook?.url
            ? [
                {
                  label: 'It is sent to',
                  value: <Identifier value={app.hook.url} label="Copy the address of the webhook" />,
                },
              ]
            : []),
          { label: 'Owner', value: app.owner ?? 'Unknown' },
          {
            label: 'On GitHub',
            value: (
              <Anchor href={app.html_url} target="_blank" rel="noreferrer noopener" size="sm">
                {app.html_url} <IconExternalLink size={13} aria-label="(opens in a new tab)" />
              </Anchor>
            ),
          },
          { label: 'Installations here', value: app.installations.toLocaleString('en') },
        ]}
      />
      <DeleteAppDialog app={app} opened={deleting} onClose={() => setDeleting(false)} />
    </Panel>
  );
}
