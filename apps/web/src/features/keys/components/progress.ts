import type { KeyRotation } from '../api/types';

export interface Sample {
  at: number;
  done: number;
}

const WINDOW_MS = 10_000;

/** The samples with another one, without those too old to tell the speed of now. */
export function withSample(samples: Sample[], sample: Sample): Sample[] {
  const last = samples.at(-1);
  // It begins again from the start after an interruption.
  const before = last && sample.done < last.done ? [] : samples;
  return [...before.filter(({ at }) => sample.at - at <= WINDOW_MS), sample];
}

/** How many are done in a second; null as long as that cannot be told. */
export function rateOf(samples: Sample[]): number | null {
  const [first] = samples;
  const last = samples.at(-1);
  if (!first || !last || last.at - first.at < 900) return null;
  const rate = ((last.done - first.done) * 1000) / (last.at - first.at);
  return rate > 0 ? rate : null;
}

/** 0 to 100; full only when it is. */
export function percentOf({ done, skipped, total, state }: KeyRotation): number {
  if (state === 'completed') return 100;
  if (total === 0) return 0;
  return Math.min(99, Math.floor(((done + skipped) / total) * 100));
}

/** `about 4 minutes left`, from what is left and how fast it goes. */
export function timeLeft({ done, skipped, total }: KeyRotation, rate: number | null): string | null {
  if (rate === null) return null;
  const seconds = Math.max(0, total - done - skipped) / rate;
  if (seconds < 60) return 'less than a minute left';
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `about ${minutes} ${minutes === 1 ? 'minute' : 'minutes'} left`;
  return `about ${Math.round(minutes / 60)} hours left`;
}

/** What a piece of work on keys is, in words. */
export function titleOf({
  kind,
  organization_name: name,
  organization_id: id,
  from,
  to,
}: KeyRotation): string {
  const whose = name ?? (id ? 'an organisation that is gone' : 'every organisation');
  if (kind === 'verification') return `Verification of ${whose}`;
  if (kind === 'root') return 'Rotation of the root key';
  return `Rotation of ${whose}: version ${from} to ${to}`;
}

export const isOpen = ({ state }: KeyRotation) => state !== 'completed';
