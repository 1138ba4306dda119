import { Checkbox, Group } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './CheckCards.module.css';

export interface CheckCard {
  value: string;
  label: ReactNode;
  /** What ticking it means. */
  description?: ReactNode;
  /** It cannot be changed. */
  fixed?: boolean;
}

interface CheckCardsProps {
  label: string;
  description?: ReactNode;
  cards: CheckCard[];
  value: string[];
  required?: boolean;
  error?: string;
  onChange: (value: string[]) => void;
}

/** Choices that need a sentence each; any number of them may be ticked. */
export function CheckCards({ cards, value, onChange, ...group }: CheckCardsProps) {
  return (
    <Checkbox.Group
      {...group}
      value={value}
      onChange={(chosen) => onChange(cards.map((card) => card.value).filter((each) => chosen.includes(each)))}
    >
      <div className={classes.cards}>
        {cards.map(({ value: each, label, description, fixed }) => (
          <Checkbox.Card key={each} value={each} className={classes.card} disabled={fixed}>
            <Group wrap="nowrap" align="flex-start" gap="sm">
              <Checkbox.Indicator mt={2} disabled={fixed} />
              <div className={classes.words}>
                <Group gap="xs">{label}</Group>
                {description && <div className={classes.description}>{description}</div>}
              </div>
            </Group>
          </Checkbox.Card>
        ))}
      </div>
    </Checkbox.Group>
  );
}
