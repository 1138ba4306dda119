import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconCheck, IconCircleCheck, IconCircleX, IconLock, type TablerIcon } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { RelativeTime } from '../../../components/RelativeTime';
import type { Notification } from '../api/get-notifications';
import classes from './NotificationPanel.module.css';

const looks: Record<Notification['kind'], [TablerIcon, string | undefined]> = {
  'integration.failed': [IconCircleX, classes.failed],
  'integration.recovered': [IconCircleCheck, classes.recovered],
  'integration.needs_reauth': [IconLock, classes.waiting],
};

interface NotificationItemProps {
  notification: Notification;
  onRead: () => void;
  onClose: () => void;
}

export function NotificationItem({ notification, onRead, onClose }: NotificationItemProps) {
  const {
    kind,
    title,
    message,
    integration_id: integrationId,
    read_at: readAt,
    created_at: at,
  } = notification;
  const [Icon, look] = looks[kind];
  const open = () => {
    if (!readAt) onRead();
    onClose();
  };
  return (
    <li className={classes.item} data-unread={!readAt || undefined}>
      <span className={`${classes.icon} ${look}`}>
        <Icon size={16} aria-hidden />
      </span>
      {integrationId ? (
        <Link
          to="/integrations/$integrationId"
          params={{ integrationId }}
          search={{}}
          className={classes.title}
          onClick={open}
        >
          {title}
          {!readAt && <VisuallyHidden> (unread)</VisuallyHidden>}
        </Link>
      ) : (
        <strong>{title}</strong>
      )}
      {!readAt && (
        <Tooltip label="Mark as read">
          <ActionIcon
            className={classes.mark}
            size="sm"
            aria-label={`Mark “${title}” as read`}
            onClick={onRead}
          >
            <IconCheck size={14} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      <div className={classes.message}>{message}</div>
      <div className={classes.time}>
        <RelativeTime time={at} />
      </div>
    </li>
  );
}
