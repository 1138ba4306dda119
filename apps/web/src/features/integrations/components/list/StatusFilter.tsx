import { UnstyledButton } from '@mantine/core';
import { formatTotal } from '../../../../lib/format';
import type { StatusCounts } from '../../api/get-status-counts';
import { type IntegrationStatus, STATUSES } from '../../api/types';
import { statusLabels, statusTones } from '../status';
import classes from './StatusFilter.module.css';

interface StatusFilterProps {
  value: IntegrationStatus | undefined;
  counts: StatusCounts | undefined;
  onChange: (status: IntegrationStatus | undefined) => void;
}

/** One press answers what is broken. */
export function StatusFilter({ value, counts, onChange }: StatusFilterProps) {
  const total = counts && Object.values(counts).reduce((sum, count) => sum + count, 0);
  return (
    <div className={classes.filter} role="group" aria-label="State">
      <Choice label="All" count={total} pressed={value === undefined} onClick={() => onChange(undefined)} />
      {STATUSES.map((status) => (
        <Choice
          key={status}
          label={statusLabels[status]}
          count={counts?.[status]}
          tone={statusTones[status]}
          pressed={value === status}
          onClick={() => onChange(status)}
        />
      ))}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  count: number | undefined;
  tone?: string;
  pressed: boolean;
  onClick: () => void;
}

function Choice({ label, count, tone, pressed, onClick }: ChoiceProps) {
  return (
    <UnstyledButton className={classes.choice} aria-pressed={pressed} onClick={onClick}>
      {label}
      <span className={classes.count} data-numbers data-tone={count ? tone : undefined}>
        {count === undefined ? '\u00a0' : formatTotal(count)}
      </span>
    </UnstyledButton>
  );
}
