import { Group, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import classes from './Page.module.css';

interface PageProps {
  /** Shown as the heading and in the browser's tab. */
  title: string;
  /** Replaces the heading's line where a page draws its own. */
  header?: ReactNode;
  beforeTitle?: ReactNode;
  beside?: ReactNode;
  actions?: ReactNode;
  narrow?: boolean;
  children: ReactNode;
}

export function Page({ title, header, beforeTitle, beside, actions, narrow, children }: PageProps) {
  useDocumentTitle(`${title} · Latchkey`);
  return (
    <div className={narrow ? `${classes.page} ${classes.narrow}` : classes.page}>
      {header ?? (
        <div className={classes.header}>
          <Group gap="sm">
            {beforeTitle}
            <Title order={1}>{title}</Title>
            {beside}
          </Group>
          {actions && <Group gap="xs">{actions}</Group>}
        </div>
      )}
      {children}
    </div>
  );
}
