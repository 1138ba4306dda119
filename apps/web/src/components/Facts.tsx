import type { ReactNode } from 'react';
import classes from './Facts.module.css';

export interface Fact {
  label: string;
  value: ReactNode;
  /** Takes the room of two columns. */
  wide?: boolean;
}

/** Labels with their values, in columns or as rows. */
export function Facts({ facts, rows }: { facts: Fact[]; rows?: boolean }) {
  return (
    <dl className={rows ? `${classes.facts} ${classes.rows}` : classes.facts}>
      {facts.map(({ label, value, wide }) => (
        <div key={label} className={wide ? classes.wide : undefined}>
          <dt className={classes.label}>{label}</dt>
          <dd className={classes.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
