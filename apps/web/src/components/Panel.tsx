import { Text, Title } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import classes from './Panel.module.css';

interface PanelProps {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  /** Rows that reach the edges bring their own padding. */
  flush?: boolean;
  danger?: boolean;
  children: ReactNode;
}

/** A titled section with one border. */
export function Panel({ title, description, actions, flush, danger, children }: PanelProps) {
  const id = useId();
  return (
    <section className={danger ? `${classes.panel} ${classes.danger}` : classes.panel} aria-labelledby={id}>
      <div className={classes.header}>
        <div className={classes.words}>
          <Title order={2} id={id}>
            {title}
          </Title>
          {description && (
            <Text size="sm" c="dimmed">
              {description}
            </Text>
          )}
        </div>
        {actions}
      </div>
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </section>
  );
}
