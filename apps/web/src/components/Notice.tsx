import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Notice.module.css';

export type Tone = 'ok' | 'bad' | 'warn' | 'idle';

const icons = {
  ok: IconCircleCheck,
  bad: IconCircleX,
  warn: IconAlertTriangle,
  idle: IconInfoCircle,
} satisfies Record<Tone, unknown>;

interface NoticeProps {
  tone: Tone;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
  /** `alert` interrupts a screen reader, for what went wrong just now. */
  role?: 'alert' | 'status';
  onDismiss?: () => void;
}

export function Notice({ tone, title, children, actions, role, onDismiss }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={`${classes.notice} ${classes[tone]}`} role={role}>
      <span className={classes.icon}>
        <Icon size={18} aria-hidden />
      </span>
      <div>
        {title && <div className={classes.title}>{title}</div>}
        {children}
      </div>
      {onDismiss && <CloseButton size="sm" aria-label="Dismiss" onClick={onDismiss} />}
      {actions && <div className={classes.actions}>{actions}</div>}
    </div>
  );
}
