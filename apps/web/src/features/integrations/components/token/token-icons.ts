import {
  IconCircleCheck,
  IconCircleX,
  IconClockExclamation,
  IconClockX,
  IconInfinity,
  IconLoader2,
  IconPlugConnectedX,
  type TablerIcon,
} from '@tabler/icons-react';
import type { TokenHealth } from '../../api/types';

export const tokenIcons: Record<TokenHealth['status'], TablerIcon> = {
  none: IconInfinity,
  valid: IconCircleCheck,
  expiring: IconClockExclamation,
  expired: IconClockX,
  refreshing: IconLoader2,
  revoked: IconCircleX,
  unauthorized: IconPlugConnectedX,
};
