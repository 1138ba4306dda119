import { useSyncExternalStore } from 'react';

const TICK_MS = 5_000;
let now = Date.now();
const listeners = new Set<() => void>();

/** One clock for all times on the page. */
window.setInterval(() => {
  now = Date.now();
  for (const listener of listeners) listener();
}, TICK_MS);

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The time, in milliseconds; it moves every few seconds. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
