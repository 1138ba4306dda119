import { Text, Title } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, type TablerIcon } from '@tabler/icons-react';
import { LinkedText } from '../../../../components/LinkedText';
import { RelativeTime } from '../../../../components/RelativeTime';
import type { RecoveryAttempt } from '../../api/types';
import classes from './Incidents.module.css';

const ACTIONS: Record<RecoveryAttempt['action'], string> = {
  token: 'The token',
  webhook: 'The webhook',
  installation: 'The installation on GitHub',
};

const OUTCOMES: Record<RecoveryAttempt['outcome'], { label: string; icon: TablerIcon }> = {
  recovered: { label: 'was mended', icon: IconCircleCheck },
  failed: { label: 'could not be mended', icon: IconCircleX },
  reported: { label: 'needs a person', icon: IconAlertTriangle },
};

/** What Latchkey tried to mend by itself, and with what outcome. */
export function Recoveries({ attempts }: { attempts: RecoveryAttempt[] }) {
  return (
    <div>
      <Title order={3} mb={4}>
        Recovery
      </Title>
      {attempts.length === 0 ? (
        <Text size="sm" c="dimmed">
          Nothing had to be mended in this time.
        </Text>
      ) : (
        <ul className={classes.list} aria-label="Attempts at recovery">
          {attempts.map((attempt) => (
            <Attempt key={`${attempt.at} ${attempt.action}`} attempt={attempt} />
          ))}
        </ul>
      )}
    </div>
  );
}

function Attempt({ attempt: { at, action, outcome, message } }: { attempt: RecoveryAttempt }) {
  const { label, icon: Icon } = OUTCOMES[outcome];
  return (
    <li className={classes.incident}>
      <span className={classes.icon} data-outcome={outcome}>
        <Icon size={16} aria-hidden />
      </span>
      <div>
        <div>
          {ACTIONS[action]} {label}
        </div>
        <div className={classes.message}>
          <LinkedText text={message} />
        </div>
      </div>
      <div className={classes.when}>
        <RelativeTime time={at} />
      </div>
    </li>
  );
}
