import type { ReactNode } from 'react';
import classes from './Facts.module.css';

export interface Fact {
  label: string;
  value: ReactNode;
}

/** Labels with their values, in columns or as rows. */
export function Facts({ facts, rows }: { facts: Fact[]; rows?: boolean }) {
  return (
    <dl className={rows ? `${classes.facts} ${classes.rows}` : classes.facts}>
      {facts.map(({ label, value }) => (
        <div key={label}>
          <dt className={classes.label}>{label}</dt>
          <dd className={classes.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
