import { Text, Title } from '@mantine/core';
import { IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatDuration } from '../../../../lib/format';
import type { Incident } from '../../api/types';
import { failureTitle } from '../failure-kinds';
import classes from './Incidents.module.css';

export function Incidents({ incidents }: { incidents: Incident[] }) {
  return (
    <div>
      <Title order={3} mb={4}>
        Incidents
      </Title>
      {incidents.length === 0 ? (
        <Text size="sm" c="dimmed">
          None in this time.
        </Text>
      ) : (
        <ul className={classes.list}>
          {incidents.map((incident) => (
            <IncidentRow key={incident.id} incident={incident} />
          ))}
        </ul>
      )}
    </div>
  );
}

function IncidentRow({ incident }: { incident: Incident }) {
  const { opened_at: opened, resolved_at: resolved, error_code: code, message } = incident;
  const Icon = resolved ? IconCircleCheck : IconCircleX;
  return (
    <li className={classes.incident}>
      <span className={classes.icon} data-open={!resolved || undefined}>
        <Icon size={16} aria-hidden />
      </span>
      <div>
        <div>{failureTitle(code)}</div>
        <div className={classes.message}>{message}</div>
      </div>
      <div className={classes.when}>
        <RelativeTime time={opened} />
        <div>{resolved ? `lasted ${formatDuration(opened, resolved)}` : 'still open'}</div>
      </div>
    </li>
  );
}
