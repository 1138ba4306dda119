import {
  IconCircleCheck,
  IconCircleX,
  IconLoader2,
  IconLockExclamation,
  IconPlayerPause,
  type TablerIcon,
} from '@tabler/icons-react';
import type { IntegrationStatus } from '../api/types';
import { statusLabels, statusTones } from './status';
import classes from './StatusBadge.module.css';

const icons: Record<IntegrationStatus, TablerIcon> = {
  active: IconCircleCheck,
  error: IconCircleX,
  needs_reauth: IconLockExclamation,
  pending: IconLoader2,
  disabled: IconPlayerPause,
};

/** The state as icon, word and colour: never the colour alone. */
export function StatusBadge({ status }: { status: IntegrationStatus }) {
  const Icon = icons[status];
  return (
    <span className={classes.badge} data-tone={statusTones[status]}>
      <Icon
        size={14}
        stroke={2}
        aria-hidden
        className={status === 'pending' ? classes.spinning : undefined}
      />
      {statusLabels[status]}
    </span>
  );
}
