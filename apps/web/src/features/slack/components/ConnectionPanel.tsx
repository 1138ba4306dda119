import { Skeleton } from '@mantine/core';
import { IconCircleCheck, IconKeyOff } from '@tabler/icons-react';
import { Badge } from '../../../components/Badge';
import { ErrorState } from '../../../components/ErrorState';
import { Facts } from '../../../components/Facts';
import { Identifier } from '../../../components/Identifier';
import { Panel } from '../../../components/Panel';
import { RelativeTime } from '../../../components/RelativeTime';
import { type SlackConnection, useSlackConnection } from '../api/get-slack-connection';
import classes from './Channels.module.css';

/** Which workspace it is, and whether Slack can tell of changes there. */
export function ConnectionPanel({ integrationId }: { integrationId: string }) {
  const query = useSlackConnection(integrationId);
  return (
    <Panel title="Workspace">
      {query.isPending && <Skeleton h={96} aria-hidden />}
      {query.isError && !query.data && (
        <ErrorState
          title="The workspace could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {query.data && <ConnectionFacts connection={query.data} />}
    </Panel>
  );
}

function ConnectionFacts({ connection }: { connection: SlackConnection }) {
  const { workspace, events_url: url, events_ready: ready } = connection;
  return (
    <Facts
      rows
      facts={[
        {
          label: 'Name',
          value: workspace ? <Workspace workspace={workspace} /> : 'Known after the first test',
        },
        {
          label: 'News from Slack',
          value: (
            <>
              <Badge tone={ready ? 'ok' : 'idle'} icon={ready ? IconCircleCheck : IconKeyOff}>
                {ready ? 'Taken in' : 'Not taken in'}
              </Badge>
              <div className={classes.note}>
                {ready
                  ? 'Removed apps and revoked tokens show at once, when the address below is entered in Slack.'
                  : 'Enter the signing secret of the Slack app in the settings, with the credentials. Without it, a removed app shows with the next check.'}
              </div>
            </>
          ),
        },
        {
          label: 'Request URL',
          value: (
            <>
              <Identifier value={url} label="Copy the request URL" />
              <div className={classes.note}>
                For Event Subscriptions of the Slack app: app_uninstalled, tokens_revoked and the channel
                events.
              </div>
            </>
          ),
        },
      ]}
    />
  );
}

function Workspace({ workspace }: { workspace: NonNullable<SlackConnection['workspace']> }) {
  const { name, organization_wide: wide, removed_at: removed } = workspace;
  return (
    <>
      {name}
      {wide && ', and all others of its organisation'}
      {removed && (
        <div className={classes.note}>
          Slack told <RelativeTime time={removed} /> that the app was removed from it.
        </div>
      )}
    </>
  );
}
