import { useId } from 'react';
import { CopyButton } from './CopyButton';
import classes from './CodeBlock.module.css';

interface CodeBlockProps {
  /** What it does: “Call the service”. */
  title: string;
  description?: string;
  code: string;
}

/** Something to paste elsewhere, as it is. */
export function CodeBlock({ title, description, code }: CodeBlockProps) {
  const id = useId();
  return (
    <figure className={classes.block} aria-labelledby={id}>
      <figcaption className={classes.caption}>
        <div>
          <div id={id} className={classes.title}>
            {title}
          </div>
          {description && <div className={classes.description}>{description}</div>}
        </div>
        <CopyButton value={code} label={`Copy: ${title}`} />
      </figcaption>
      {/* Long lines are scrolled, by keyboard too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolled region has to be reachable */}
      <pre className={classes.code} tabIndex={0} role="region" aria-labelledby={id}>
        <code>{code}</code>
      </pre>
    </figure>
  );
}
