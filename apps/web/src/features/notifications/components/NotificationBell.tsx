import { ActionIcon, Indicator, Popover } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { IconBell } from '@tabler/icons-react';
import { plural } from '../../../lib/format';
import { useNotifications } from '../api/get-notifications';
import { NotificationPanel } from './NotificationPanel';

const MOST_SHOWN = 99;

export function NotificationBell() {
  const [opened, { toggle, close }] = useDisclosure(false);
  // The focus may have left with a button that is gone, and another dialog may open above.
  useHotkeys(
    opened
      ? [
          ['Escape', close],
          ['mod+K', close],
        ]
      : [],
    [],
  );
  const notifications = useNotifications();
  const unread = notifications.data?.unread_count ?? 0;
  const label = unread > 0 ? `Notifications, ${plural(unread, 'unread', 'unread')}` : 'Notifications';
  return (
    <Popover
      opened={opened}
      onChange={(open) => !open && close()}
      position="bottom-end"
      trapFocus
      returnFocus
    >
      <Indicator
        disabled={unread === 0}
        label={unread > MOST_SHOWN ? `${MOST_SHOWN}+` : unread}
        color="iris"
        size={16}
        offset={7}
      >
        <Popover.Target>
          <ActionIcon size="lg" aria-label={label} onClick={toggle}>
            <IconBell size={18} aria-hidden />
          </ActionIcon>
        </Popover.Target>
      </Indicator>
      <Popover.Dropdown p={0} w="min(24rem, calc(100vw - 2rem))" aria-label="Notifications">
        <NotificationPanel notifications={notifications} onClose={close} />
      </Popover.Dropdown>
    </Popover>
  );
}
