import { Tooltip } from '@mantine/core';
import { formatExact, formatRelative } from '../lib/format';
import { useNow } from './use-now';

interface RelativeTimeProps {
  time: string | null;
  /** Shown when there is no time. */
  never?: string;
  /** Shown once the time has come, for what is still to happen. */
  due?: string;
}

/** `3 minutes ago`, with the exact time on hover. */
export function RelativeTime({ time, never = 'Never', due }: RelativeTimeProps) {
  const at = useNow();
  if (!time) return <span>{never}</span>;
  return (
    <Tooltip label={formatExact(time)}>
      <time dateTime={time}>{due && new Date(time).getTime() <= at ? due : formatRelative(time, at)}</time>
    </Tooltip>
  );
}
