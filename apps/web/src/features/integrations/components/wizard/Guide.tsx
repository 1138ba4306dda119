import { Anchor, Title } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import type { AuthMode } from '../../api/types';
import classes from './Guide.module.css';

interface GuideProps {
  mode: AuthMode;
  service: string;
  documentationUrl: string;
}

/** Where the credential of a service is found. */
export function Guide({ mode, service, documentationUrl }: GuideProps) {
  const link = mode.link ?? documentationUrl;
  return (
    <aside className={classes.guide} aria-labelledby="guide-title">
      <Title order={2} id="guide-title">
        Where do I find this?
      </Title>
      {mode.steps.length > 0 && (
        <ol className={classes.steps}>
          {mode.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      )}
      <Anchor href={link} target="_blank" rel="noreferrer noopener" size="sm">
        {mode.link ? `Open ${service}` : `${service} documentation`}{' '}
        <IconExternalLink size={13} aria-label="(opens in a new tab)" />
      </Anchor>
    </aside>
  );
}
