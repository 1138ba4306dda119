import { Group, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './SectionTitle.module.css';

interface SectionTitleProps {
  title: string;
  description?: ReactNode;
  beside?: ReactNode;
  actions?: ReactNode;
}

/** The heading of a page within a page, such as one of the settings. */
export function SectionTitle({ title, description, beside, actions }: SectionTitleProps) {
  return (
    <div className={classes.header}>
      <div className={classes.words}>
        <Group gap="sm">
          <Title order={2} className={classes.title}>
            {title}
          </Title>
          {beside}
        </Group>
        {description && (
          <Text size="sm" c="dimmed">
            {description}
          </Text>
        )}
      </div>
      {actions}
    </div>
  );
}
