import { Text } from '@mantine/core';
import type { Selection } from './selection';
import classes from './Meant.module.css';

/** More are counted and not named. */
const NAMED = 8;

/** Which ones an action will reach, by name. */
export function Meant({ selection }: { selection: Selection }) {
  if (selection.kind === 'matching') {
    return (
      <Text size="sm" mt="xs" fw={500}>
        All {selection.total.toLocaleString('en')} that the filters find, also those on other pages.
      </Text>
    );
  }
  const names = [...selection.chosen];
  return (
    <ul className={classes.names}>
      {names.slice(0, NAMED).map(([id, name]) => (
        <li key={id}>{name}</li>
      ))}
      {names.length > NAMED && <li>and {(names.length - NAMED).toLocaleString('en')} more</li>}
    </ul>
  );
}
