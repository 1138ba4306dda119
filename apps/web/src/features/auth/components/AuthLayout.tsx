import { Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Brand } from '../../../components/Brand';
import classes from './AuthLayout.module.css';

interface AuthLayoutProps {
  title: string;
  lead: ReactNode;
  footer?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}

/** The frame of the pages before the sign-in. */
export function AuthLayout({ title, lead, footer, wide, children }: AuthLayoutProps) {
  useDocumentTitle(`${title} · Latchkey`);
  return (
    <main className={classes.layout}>
      <div className={classes.brand}>
        <Brand />
      </div>
      <div className={wide ? `${classes.card} ${classes.wide}` : classes.card}>
        <Title order={1}>{title}</Title>
        <div className={classes.lead}>{lead}</div>
        {children}
      </div>
      {footer && <div className={classes.footer}>{footer}</div>}
    </main>
  );
}
