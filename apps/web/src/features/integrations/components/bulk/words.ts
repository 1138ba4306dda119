import type { Tone } from '../../../../components/Notice';
import { plural } from '../../../../lib/format';
import type { BulkAction, BulkItem, BulkOperation } from '../../api/types';

interface ActionWords {
  /** On the button. */
  verb: string;
  doing: string;
  done: string;
}

const ACTIONS: Record<BulkAction, ActionWords> = {
  test: { verb: 'Test', doing: 'Testing', done: 'Tested' },
  refresh_tokens: { verb: 'Refresh tokens', doing: 'Refreshing the tokens of', done: 'Refreshed' },
  enable: { verb: 'Enable', doing: 'Enabling', done: 'Enabled' },
  disable: { verb: 'Disable', doing: 'Disabling', done: 'Disabled' },
  delete: { verb: 'Delete', doing: 'Deleting', done: 'Deleted' },
  set_teams: { verb: 'Set teams', doing: 'Setting the teams of', done: 'Set' },
};

export const actionWords = (action: BulkAction): ActionWords => ACTIONS[action];

export function titleOf({ action, total, status }: BulkOperation): string {
  const integrations = plural(total, 'integration');
  const { verb, doing } = ACTIONS[action];
  return status === 'queued' || status === 'running'
    ? `${doing} ${integrations}`
    : `${verb}: ${integrations}`;
}

/** `9 done, 2 failed, 1 left out`. */
export function tally({ done, failed, skipped }: BulkOperation): string {
  return [
    `${done.toLocaleString('en')} done`,
    ...(failed > 0 ? [`${failed.toLocaleString('en')} failed`] : []),
    ...(skipped > 0 ? [`${skipped.toLocaleString('en')} left out`] : []),
  ].join(', ');
}

/** How an operation that is over ended. */
export function ending({ status, failed }: BulkOperation): { tone: Tone; text: string } {
  switch (status) {
    case 'cancelled':
      return { tone: 'idle', text: 'Cancelled. What was done stays done.' };
    case 'failed':
      return { tone: 'bad', text: 'It could not go on. What is left was not touched; try it again.' };
    default:
      return failed > 0
        ? { tone: 'warn', text: 'Done, but not for all. The reasons are below.' }
        : { tone: 'ok', text: 'Done.' };
  }
}

const ORDER: BulkItem['status'][] = ['failed', 'running', 'queued', 'skipped', 'done'];

/** What went wrong first. */
export const byUrgency = (items: BulkItem[]): BulkItem[] =>
  [...items].sort((a, b) => ORDER.indexOf(a.status) - ORDER.indexOf(b.status));
