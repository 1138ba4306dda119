import { VisuallyHidden } from '@mantine/core';
import {
  IconCircleCheck,
  IconCircleDashed,
  IconCircleMinus,
  IconCircleX,
  IconLoader2,
  type TablerIcon,
} from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { BulkItem } from '../../api/types';
import { byUrgency } from './words';
import classes from './BulkOutcomes.module.css';

const STATES: Record<BulkItem['status'], { icon: TablerIcon; word: string }> = {
  queued: { icon: IconCircleDashed, word: 'Waiting' },
  running: { icon: IconLoader2, word: 'Under way' },
  done: { icon: IconCircleCheck, word: 'Done' },
  failed: { icon: IconCircleX, word: 'Failed' },
  skipped: { icon: IconCircleMinus, word: 'Left out' },
};

/** Each integration with how it went, failures first. */
export function BulkOutcomes({ items }: { items: BulkItem[] }) {
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a scrolled region has to be reachable
    <ul className={classes.list} aria-label="Outcomes" tabIndex={0}>
      {byUrgency(items).map(({ integration_id: id, name, status, message }) => {
        const { icon: Icon, word } = STATES[status];
        return (
          <li key={id}>
            <span className={classes.icon} data-status={status}>
              <Icon size={16} aria-hidden />
            </span>
            <div>
              <div className={classes.name}>
                {status === 'failed' ? (
                  <Link to="/integrations/$integrationId" params={{ integrationId: id }} search={{}}>
                    {name}
                  </Link>
                ) : (
                  name
                )}{' '}
                <VisuallyHidden>: {word}</VisuallyHidden>
              </div>
              {message && <div className={classes.message}>{message}</div>}
            </div>
          </li>
        );
      })}
    </ul>
  );
}
