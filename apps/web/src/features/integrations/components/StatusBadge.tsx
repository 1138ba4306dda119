import {
  IconCircleCheck,
  IconCircleX,
  IconLoader2,
  IconLockExclamation,
  IconPlayerPause,
  type TablerIcon,
} from '@tabler/icons-react';
import { Badge } from '../../../components/Badge';
import type { IntegrationStatus } from '../api/types';
import { statusLabels, statusTones } from './status';

const icons: Record<IntegrationStatus, TablerIcon> = {
  active: IconCircleCheck,
  error: IconCircleX,
  needs_reauth: IconLockExclamation,
  pending: IconLoader2,
  disabled: IconPlayerPause,
};

export function StatusBadge({ status }: { status: IntegrationStatus }) {
  return (
    <Badge tone={statusTones[status]} icon={icons[status]} spinning={status === 'pending'}>
      {statusLabels[status]}
    </Badge>
  );
}
