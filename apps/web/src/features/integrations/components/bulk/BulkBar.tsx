import { Button, Checkbox, Group, Text, UnstyledButton } from '@mantine/core';
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconRotateClockwise2,
  IconTrash,
  type TablerIcon,
} from '@tabler/icons-react';
import { formatTotal } from '../../../../lib/format';
import type { BulkAction, Integration } from '../../api/types';
import { countOf, NOTHING, pageState, type Selection, togglePage } from './selection';
import { actionWords } from './words';
import classes from './BulkBar.module.css';

const ACTIONS: { action: BulkAction; icon: TablerIcon }[] = [
  { action: 'test', icon: IconRefresh },
  { action: 'refresh_tokens', icon: IconRotateClockwise2 },
  { action: 'enable', icon: IconPlayerPlay },
  { action: 'disable', icon: IconPlayerPause },
  { action: 'delete', icon: IconTrash },
];

interface BulkBarProps {
  page: Integration[];
  /** That the filter finds, on all pages. */
  total: number;
  selection: Selection;
  onSelect: (selection: Selection) => void;
  /** The action that is being started. */
  starting: BulkAction | undefined;
  onAct: (action: BulkAction) => void;
}

/** One operation takes no more. */
const MOST = 1000;

/** Which of the list are meant, and what to do with them. */
export function BulkBar({ page, total, selection, onSelect, starting, onAct }: BulkBarProps) {
  const count = countOf(selection);
  const state = pageState(selection, page);
  const more = selection.kind === 'some' && state === 'all' && total > count;
  return (
    <div className={classes.bar} data-active={count > 0 || undefined} role="group" aria-label="Selection">
      <Checkbox
        size="xs"
        label={count > 0 ? `${count.toLocaleString('en')} selected` : 'Select all on this page'}
        aria-label="Select all on this page"
        checked={state === 'all'}
        indeterminate={state === 'some'}
        onChange={() => onSelect(togglePage(selection, page))}
      />
      {more && total <= MOST && (
        <UnstyledButton
          className={classes.link}
          onClick={() => onSelect({ kind: 'matching', total })}
        >{`Select all ${total.toLocaleString('en')}`}</UnstyledButton>
      )}
      {more && total > MOST && (
        <Text size="xs" c="dimmed">
          All {formatTotal(total)} are too many at once: filter them down to {MOST.toLocaleString('en')}.
        </Text>
      )}
      {count > 0 && (
        <>
          <UnstyledButton className={classes.link} onClick={() => onSelect(NOTHING)}>
            Clear
          </UnstyledButton>
          <Group gap={6} className={classes.actions}>
            {ACTIONS.map(({ action, icon: Icon }) => (
              <Button
                key={action}
                size="compact-sm"
                variant="default"
                color={action === 'delete' ? 'red' : undefined}
                leftSection={<Icon size={14} aria-hidden />}
                loading={starting === action}
                disabled={starting !== undefined && starting !== action}
                onClick={() => onAct(action)}
              >
                {actionWords(action).verb}
                {action === 'delete' && '…'}
              </Button>
            ))}
          </Group>
        </>
      )}
    </div>
  );
}
