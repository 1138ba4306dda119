import { Anchor, Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useId } from 'react';
import classes from './Guide.module.css';

interface GuideProps {
  title: string;
  steps: string[];
  link?: { href: string; text: string };
}

/** What to do elsewhere, step by step. */
export function Guide({ title, steps, link }: GuideProps) {
  const id = useId();
  return (
    <aside className={classes.guide} aria-labelledby={id}>
      <Title order={2} id={id}>
        {title}
      </Title>
      {steps.length > 0 && (
        <ol className={classes.steps}>
          {steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      {link && (
        <Anchor href={link.href} target="_blank" rel="noreferrer noopener" size="sm">
          {link.text} <IconExternalLink size={13} aria-label="(opens in a new tab)" />
        </Anchor>
      )}
    </aside>
  );
}
