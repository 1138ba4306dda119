import { SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { ErrorState } from '../../../../components/ErrorState';
import { type Fact, Facts } from '../../../../components/Facts';
import { Panel } from '../../../../components/Panel';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatMilliseconds } from '../../../../lib/format';
import { useUsage } from '../../api/get-usage';
import { type Usage, USAGE_WINDOWS, type UsageWindow } from '../../api/types';
import { UsageBars } from './UsageBars';

interface UsagePanelProps {
  id: string;
  window: UsageWindow;
  onWindowChange: (window: UsageWindow) => void;
}

/** How much programs use it. */
export function UsagePanel({ id, window, onWindowChange }: UsagePanelProps) {
  const query = useUsage(id, window);
  return (
    <Panel
      title="Usage by programs"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Time window of the usage"
          data={[...USAGE_WINDOWS]}
          value={window}
          onChange={(next) => onWindowChange(next as UsageWindow)}
        />
      }
    >
      {query.isPending && <Skeleton h={220} aria-hidden />}
      {query.isError && !query.data && (
        <ErrorState
          title="The usage could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {query.data && <UsageContent usage={query.data} />}
    </Panel>
  );
}

const time = (value: number | null) => (value === null ? '–' : formatMilliseconds(value));

function factsOf({ totals, rate_limit: limit }: Usage): Fact[] {
  return [
    { label: 'Calls', value: totals.calls.toLocaleString('en') },
    { label: 'Errors', value: totals.errors.toLocaleString('en') },
    { label: 'Turned away', value: totals.throttled.toLocaleString('en') },
    { label: 'Credential reads', value: totals.reads.toLocaleString('en') },
    { label: 'Answer time, p50 · p95', value: `${time(totals.p50_ms)} · ${time(totals.p95_ms)}` },
    ...(limit ? [{ label: 'Rate limit left', value: <RateLimit limit={limit} /> }] : []),
  ];
}

function RateLimit({ limit }: { limit: NonNullable<Usage['rate_limit']> }) {
  return (
    <>
      {limit.remaining.toLocaleString('en')}
      {limit.limit !== null && ` of ${limit.limit.toLocaleString('en')}`}
      {limit.reset_at && (
        <Text size="xs" c="dimmed">
          full again <RelativeTime time={limit.reset_at} due="by now" />
        </Text>
      )}
    </>
  );
}

function UsageContent({ usage }: { usage: Usage }) {
  const { calls, reads } = usage.totals;
  if (calls === 0 && reads === 0) {
    return (
      <Text size="sm" c="dimmed">
        No program used this integration in this time. What is below gets one going.
      </Text>
    );
  }
  return (
    <Stack gap="md">
      <Facts facts={factsOf(usage)} />
      <UsageBars usage={usage} />
    </Stack>
  );
}
