import { SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { ErrorState } from '../../../../components/ErrorState';
import { Facts } from '../../../../components/Facts';
import { Panel } from '../../../../components/Panel';
import { formatMilliseconds, formatPercent } from '../../../../lib/format';
import { useHealth } from '../../api/get-health';
import { type Health, HEALTH_WINDOWS, type HealthWindow } from '../../api/types';
import { HealthLine } from './HealthLine';
import { Incidents } from './Incidents';
import { Recoveries } from './Recoveries';

interface HealthPanelProps {
  id: string;
  window: HealthWindow;
  onWindowChange: (window: HealthWindow) => void;
}

export function HealthPanel({ id, window, onWindowChange }: HealthPanelProps) {
  const query = useHealth(id, window);
  return (
    <Panel
      title="Health"
      actions={
        <SegmentedControl
          size="xs"
          aria-label="Time window"
          data={[...HEALTH_WINDOWS]}
          value={window}
          onChange={(next) => onWindowChange(next as HealthWindow)}
        />
      }
    >
      {query.isPending && <Skeleton h={380} aria-hidden />}
      {query.isError && !query.data && (
        <ErrorState
          title="The health could not be loaded"
          error={query.error}
          onRetry={() => void query.refetch()}
          retrying={query.isFetching}
        />
      )}
      {query.data && <HealthContent health={query.data} loadedAt={query.dataUpdatedAt} />}
    </Panel>
  );
}

function HealthContent({ health, loadedAt }: { health: Health; loadedAt: number }) {
  const { uptime_percent: uptime, average_response_time_ms: average, checks } = health;
  return (
    <Stack gap="md">
      <Facts
        facts={[
          { label: 'Uptime', value: uptime === null ? '–' : formatPercent(uptime) },
          { label: 'Average response', value: average === null ? '–' : formatMilliseconds(average) },
          { label: 'Checks', value: health.total_checks.toLocaleString('en') },
          { label: 'Failed', value: health.failed_checks.toLocaleString('en') },
        ]}
      />
      {checks.length > 0 ? (
        <HealthLine health={health} loadedAt={loadedAt} />
      ) : (
        <Text size="sm" c="dimmed">
          No check fell into this time. Choose a longer window, or test now.
        </Text>
      )}
      <Incidents incidents={health.incidents} />
      <Recoveries attempts={health.recoveries} />
    </Stack>
  );
}
