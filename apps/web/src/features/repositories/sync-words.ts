import { plural } from '../../lib/format';
import type { Integration, Sync } from './api/types';

/** Why GitHub cannot be asked for the repositories now, in words for the person; null when it can. */
export function syncRefusal({ status }: Pick<Integration, 'status'>, manageable: boolean): string | null {
  if (!manageable) return 'Your role cannot sync repositories.';
  if (status === 'disabled') return 'Enable the integration to sync its repositories.';
  if (status === 'needs_reauth') return 'Connect it to GitHub again first.';
  return null;
}

export function isUnderWay(sync: Sync | null): boolean {
  return sync?.state === 'queued' || sync?.state === 'running';
}

/** How far a running sync has come, from 0 to 100; null while nobody knows how many there are. */
export function percentOf({ done, total }: Sync): number | null {
  if (total === null) return null;
  return total === 0 ? 100 : Math.min(100, Math.floor((done / total) * 100));
}

/** `2 added, 1 changed, none removed` → what is worth telling of it. */
export function outcomeOf({ added, changed, removed }: Sync): string {
  const told = [
    [added, 'added'],
    [changed, 'changed'],
    [removed, 'removed'],
  ] as const;
  const words = told
    .filter(([count]) => count > 0)
    .map(([count, verb]) => `${count.toLocaleString('en')} ${verb}`);
  return words.join(', ') || 'nothing had changed';
}

/** What the reason that comes with a sync is the reason of. */
export function troubleOf({ state }: Sync): string {
  if (state === 'failed') return 'The last sync did not finish';
  return state === 'completed' ? 'Not everything could be read' : 'The sync waits';
}

export function progressOf({ state, done, total }: Sync): string {
  if (state === 'queued') return 'Waiting for its turn';
  if (total === null) return 'Asking GitHub how many there are';
  return `${done.toLocaleString('en')} of ${plural(total, 'repository', 'repositories')}`;
}
