import { Checkbox } from '@mantine/core';
import type { Integration } from '../../api/types';
import { isChosen, type Selection } from './selection';
import classes from './PickBox.module.css';

export interface Picks {
  selection: Selection;
  onToggle: (integration: Integration) => void;
}

/** Takes an integration into the selection, over a card or row that leads to its page. */
export function PickBox({ integration, picks }: { integration: Integration; picks: Picks }) {
  return (
    <Checkbox
      size="xs"
      className={classes.box}
      aria-label={`Select ${integration.name}`}
      checked={isChosen(picks.selection, integration.id)}
      onChange={() => picks.onToggle(integration)}
    />
  );
}
