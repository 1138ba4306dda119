import { Tooltip } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { formatExact, formatRelative } from '../lib/format';

const TICK_MS = 5_000;
let now = Date.now();
const listeners = new Set<() => void>();

/** One clock for all times on the page. */
window.setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, TICK_MS);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

interface RelativeTimeProps {
  time: string | null;
  /** Shown when there is no time. */
  never?: string;
  /** Shown once the time has come, for what is still to happen. */
  due?: string;
}

/** `3 minutes ago`, with the exact time on hover. */
export function RelativeTime({ time, never = 'Never', due }: RelativeTimeProps) {
  const at = useSyncExternalStore(subscribe, () => now);
  if (!time) return <span>{never}</span>;
  return (
    <Tooltip label={formatExact(time)}>
      <time dateTime={time}>{due && new Date(time).getTime() <= at ? due : formatRelative(time, at)}</time>
    </Tooltip>
  );
}
