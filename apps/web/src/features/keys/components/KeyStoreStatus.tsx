import { Skeleton } from '@mantine/core';
import { IconCircleCheck, IconCircleX, IconPlugConnectedX } from '@tabler/icons-react';
import { Badge } from '../../../components/Badge';
import { Notice } from '../../../components/Notice';
import { RelativeTime } from '../../../components/RelativeTime';
import { messageOf } from '../../../lib/api-error';
import { useKeyStore } from '../api/get-key-store';
import type { KeyStoreState } from '../api/types';

/** Whether the place that holds the root key answers, in a word. */
export function KeyStoreBadge() {
  const { data } = useKeyStore();
  if (!data) return <Skeleton h={22} w={110} display="inline-block" aria-hidden />;
  if (data.status === 'ok') {
    return (
      <Badge tone="ok" icon={IconCircleCheck}>
        Reachable
      </Badge>
    );
  }
  return (
    <Badge
      tone={data.status === 'degraded' ? 'warn' : 'bad'}
      icon={data.status === 'degraded' ? IconPlugConnectedX : IconCircleX}
    >
      Not reachable
    </Badge>
  );
}

/** What it means when the store does not answer, and until when that goes well. */
export function KeyStoreNotice() {
  const { data, error } = useKeyStore();
  if (data) return <StateNotice state={data} />;
  if (!error) return null;
  return (
    <Notice tone="warn" title="Whether the key store answers could not be found out">
      {messageOf(error)}
    </Notice>
  );
}

function StateNotice({ state: { status, since, usable_until: until } }: { state: KeyStoreState }) {
  if (status === 'ok') return null;
  const away = (
    <>
      The key store stopped answering <RelativeTime time={since} never="a while ago" />.{' '}
    </>
  );
  if (status === 'degraded') {
    return (
      <Notice tone="warn" role="alert" title="Latchkey works with the keys in its memory">
        {away}
        Credentials are still opened with keys that were unwrapped before; the last of them ends{' '}
        <RelativeTime time={until} never="soon" due="now" />. Bring the key store back by then, and restart
        nothing until it is: a restart loses them.
      </Notice>
    );
  }
  return (
    <Notice tone="bad" role="alert" title="No credential can be opened">
      {away}
      No key is left in memory: checks and programs fail until the store answers. Nothing is lost; it goes on
      by itself then.
    </Notice>
  );
}
