import { Progress, Text } from '@mantine/core';
import { IconRefresh } from '@tabler/icons-react';
import { GatedButton } from '../../../components/GatedButton';
import { LinkedText } from '../../../components/LinkedText';
import { Notice } from '../../../components/Notice';
import { RelativeTime } from '../../../components/RelativeTime';
import { toastFailed } from '../../../lib/toast';
import { useSyncRepositories } from '../api/sync-repositories';
import type { Sync } from '../api/types';
import { isUnderWay, outcomeOf, percentOf, progressOf, troubleOf } from '../sync-words';
import classes from './Repositories.module.css';

interface SyncPanelProps {
  integrationId: string;
  sync: Sync | null;
  /** Why it cannot be asked for; null when it can. */
  refusal: string | null;
}

/** When GitHub was last asked for the repositories and with what outcome; and asks again. */
export function SyncPanel({ integrationId, sync, refusal }: SyncPanelProps) {
  const start = useSyncRepositories(integrationId);
  const underWay = isUnderWay(sync);
  return (
    <div className={classes.sync}>
      <div className={classes.syncLine}>
        <Text size="sm" c="dimmed" role="status" className={classes.syncWords}>
          <SyncWords sync={sync} />
        </Text>
        <GatedButton
          allowed={refusal === null && !underWay}
          reason={refusal ?? 'It is under way.'}
          size="xs"
          variant="default"
          leftSection={<IconRefresh size={14} aria-hidden />}
          loading={start.isPending}
          onClick={() =>
            start.mutate(undefined, {
              onError: (error) => toastFailed('The sync could not be started', error),
            })
          }
        >
          Sync now
        </GatedButton>
      </div>
      {sync && underWay && (
        <Progress
          value={percentOf(sync) ?? 100}
          animated={percentOf(sync) === null}
          aria-label="Sync of the repositories"
          transitionDuration={300}
        />
      )}
      {sync?.error && (
        <Notice tone={sync.state === 'failed' ? 'bad' : 'warn'} title={troubleOf(sync)}>
          <LinkedText text={sync.error} />
        </Notice>
      )}
    </div>
  );
}

function SyncWords({ sync }: { sync: Sync | null }) {
  if (!sync) return 'GitHub has not been asked for the repositories yet.';
  if (isUnderWay(sync)) return progressOf(sync);
  if (sync.state === 'failed') {
    return (
      <>
        Tried <RelativeTime time={sync.finished_at} />
      </>
    );
  }
  return (
    <>
      Synced <RelativeTime time={sync.finished_at} />: {outcomeOf(sync)}.
    </>
  );
}
