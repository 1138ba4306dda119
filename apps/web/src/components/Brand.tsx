import classes from './Brand.module.css';

/** Latchkey's mark, with its name unless there is no room for it. */
export function Brand({ compact }: { compact?: boolean }) {
  return (
    <span className={classes.brand}>
      <svg className={classes.mark} width="24" height="24" viewBox="0 0 32 32" aria-hidden>
        <rect className={classes.tile} width="32" height="32" rx="8" />
        <circle className={classes.key} cx="12" cy="16" r="4.75" />
        <path className={classes.key} d="M16.75 16H26M22.5 16v4.25" />
      </svg>
      {compact ? null : 'Latchkey'}
    </span>
  );
}
