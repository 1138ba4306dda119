import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Badge.module.css';
import type { Tone } from './Notice';

interface BadgeProps {
  tone: Tone;
  icon?: TablerIcon;
  /** For what is under way. */
  spinning?: boolean;
  children: ReactNode;
}

/** A state as icon, word and colour: never the colour alone. */
export function Badge({ tone, icon: Icon, spinning, children }: BadgeProps) {
  return (
    <span className={classes.badge} data-tone={tone}>
      {Icon && <Icon size={14} stroke={2} aria-hidden className={spinning ? classes.spinning : undefined} />}
      {children}
    </span>
  );
}

/** A word that is one of several, and no state. */
export function Tag({ children, mono }: { children: ReactNode; mono?: boolean }) {
  return <span className={mono ? `${classes.tag} ${classes.mono}` : classes.tag}>{children}</span>;
}
