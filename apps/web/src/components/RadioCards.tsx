import { Group, Radio } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './CheckCards.module.css';

interface RadioCard {
  value: string;
  label: ReactNode;
  description?: ReactNode;
}

interface RadioCardsProps {
  label: string;
  cards: RadioCard[];
  value: string;
  onChange: (value: string) => void;
}

/** One of a few choices that need a line each. */
export function RadioCards({ label, cards, value, onChange }: RadioCardsProps) {
  return (
    <Radio.Group label={label} value={value} onChange={onChange}>
      <div className={classes.cards}>
        {cards.map(({ value: each, label: name, description }) => (
          <Radio.Card key={each} value={each} className={classes.card}>
            <Group wrap="nowrap" align="flex-start" gap="sm">
              <Radio.Indicator mt={2} />
              <div className={classes.words}>
                <div>{name}</div>
                {description && <div className={classes.description}>{description}</div>}
              </div>
            </Group>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
