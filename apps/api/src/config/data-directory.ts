import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the checkout, seen from `apps/api/src/config` as from `apps/api/dist/config`. */
export const CHECKOUT = resolve(dirname(fileURLToPath(import.meta.url)), '../../../..');

const SYSTEM_DIRECTORY = '/var/lib/latchkey';

/** True when an account without privileges may pass through every folder above and including `path`. */
export function reachableByOthers(path: string): boolean {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    const entry = statSync(folder, { throwIfNoEntry: false });
    if (entry?.isDirectory() && (entry.mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

export const runsAsRoot = (): boolean => process.getuid?.() === 0;

/**
 * Where the embedded database, the key file and the outbox live: the folder asked for, else `.latchkey` in
 * the checkout. PostgreSQL refuses to run as root, so as root its own account must be able to reach the
 * folder; where the checkout is closed to others, `/var/lib/latchkey` is used.
 */
export function resolveDataDirectory(asked: string | undefined): string {
  if (asked) return resolve(asked);
  if (runsAsRoot() && !reachableByOthers(CHECKOUT)) return SYSTEM_DIRECTORY;
  return join(CHECKOUT, '.latchkey');
}
