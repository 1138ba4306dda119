import { CopyButton } from './CopyButton';
import classes from './Identifier.module.css';

/** A monospaced identifier with its copy button. */
export function Identifier({ value, label }: { value: string; label: string }) {
  return (
    <span className={classes.identifier}>
      <span className={classes.text}>{value}</span>
      <CopyButton value={value} label={label} />
    </span>
  );
}
