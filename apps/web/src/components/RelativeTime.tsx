import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { formatExact, formatRelative } from '../lib/format';

const TICK_MS = 15_000;
let ticks = 0;
let timer: number | undefined;
const listeners = new Set<() => void>();

/** One clock for all times on the page. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    ticks += 1;
    for (const each of listeners) each();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

interface RelativeTimeProps {
  time: string | null;
  /** Shown when there is no time. */
  never?: string;
}

/** `3 minutes ago`, with the exact time on hover. */
export function RelativeTime({ time, never = 'Never' }: RelativeTimeProps) {
  useSyncExternalStore(subscribe, () => ticks);
  if (!time) return <span>{never}</span>;
  return (
    <Tooltip label={formatExact(time)}>
      <time dateTime={time}>{formatRelative(time, Date.now())}</time>
    </Tooltip>
  );
}
