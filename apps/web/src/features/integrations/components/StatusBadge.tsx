import {
  IconCircleCheck,
  IconCircleX,
  IconLoader2,
  IconLockExclamation,
  IconPlayerPause,
  IconPlugConnectedX,
  type TablerIcon,
} from '@tabler/icons-react';
import { Badge } from '../../../components/Badge';
import type { Integration, IntegrationStatus } from '../api/types';
import { statusLabels, statusTones } from './status';

const icons: Record<IntegrationStatus, TablerIcon> = {
  active: IconCircleCheck,
  error: IconCircleX,
  needs_reauth: IconLockExclamation,
  pending: IconLoader2,
  disabled: IconPlayerPause,
};

export function StatusBadge({ integration }: { integration: Integration }) {
  const { status, token_status: token } = integration;
  if (status === 'pending' && token === 'unauthorized') {
    return (
      <Badge tone="warn" icon={IconPlugConnectedX}>
        Not connected
      </Badge>
    );
  }
  return (
    <Badge tone={statusTones[status]} icon={icons[status]} spinning={status === 'pending'}>
      {statusLabels[status]}
    </Badge>
  );
}
