import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  statSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import pg from 'pg';
import { reachableByOthers } from '../config/data-directory.js';
import { alive, freePort } from './local-process.js';
import {
  type DatabaseAccount,
  databaseAccount,
  type PostgresBinaries,
  postgresBinaries,
} from './postgres-binaries.js';

const OWNER = 'latchkey_owner';
const DATABASE = 'latchkey';
const MAJOR = '18';
/** Held by the process that uses the server, on a connection of its own: it frees itself however that one ends. */
const OWNERSHIP_LOCK = 7310245002;
const START_LIMIT_MS = 60_000;
/** Sessions that are closing may end by themselves first. */
const PATIENCE_MS = 2000;
const STOP_LIMIT_MS = 20_000;

/** Told to the person who starts Latchkey; the message says what to do. */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/**
 * A real PostgreSQL 18 from npm, in a folder of its own, listening on the loopback address with a password.
 *
 * It is started apart from our process group, so that Ctrl-C reaches Latchkey alone, which drains and then
 * stops it. When Latchkey was killed, the server it left behind is adopted by the next start.
 */
export class EmbeddedPostgres {
  private readonly logger = new Logger('EmbeddedPostgres');
  private readonly folder: string;
  private readonly passwordFile: string;
  private readonly account: DatabaseAccount | undefined;
  private binaries: PostgresBinaries;
  private ownership: pg.Client | undefined;
  private pid: number | undefined;
  private stopping = false;
  private recovery: Promise<void> | undefined;

  constructor(private readonly dataDirectory: string) {
    this.folder = join(dataDirectory, 'postgres');
    this.passwordFile = join(dataDirectory, 'postgres-password');
    this.account = databaseAccount();
  }

  /**
   * Starts or adopts the server.
   * @returns the owner's connection URL.
   * @throws EmbeddedPostgresError when the folder is in use by another Latchkey or holds another version.
   */
  async start(): Promise<string> {
    this.binaries = postgresBinaries(this.account);
    mkdirSync(this.dataDirectory, { recursive: true });
    this.openToAccount();
    if (!existsSync(join(this.folder, 'PG_VERSION'))) this.initialise();
    const version = readFileSync(join(this.folder, 'PG_VERSION'), 'utf8').trim();
    if (version !== MAJOR) {
      throw new EmbeddedPostgresError(
        `The database in ${this.folder} was made by PostgreSQL ${version}; this Latchkey brings ${MAJOR}. ` +
          'Restore a backup into a new data folder.',
      );
    }
    const running = this.runningServer();
    const port = running?.port ?? (await this.launch(await freePort()));
    if (running) this.pid = running.pid;
    await this.takeOwnership(port);
    if (running)
      this.logger.log(
        `Adopted the database server that an earlier run left behind (process ${running.pid}).`,
      );
    await this.ensureDatabase();
    return this.url(port, DATABASE);
  }

  /**
   * @returns the owner's connection URL for a command beside a running Latchkey; undefined when none has the server.
   * @throws EmbeddedPostgresError when there is no database in the folder.
   */
  async join(): Promise<string | undefined> {
    if (!existsSync(join(this.folder, 'PG_VERSION'))) {
      const remedy =
        'Start Latchkey once, or name its folder with LATCHKEY_DATA_DIR or its database with DATABASE_URL.';
      throw new EmbeddedPostgresError(`There is no database in ${this.dataDirectory}. ${remedy}`);
    }
    const running = this.runningServer();
    if (!running) return undefined;
    const client = new pg.Client({ connectionString: this.url(running.port, 'postgres') });
    await client.connect();
    try {
      const { rows } = await client.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1) AS free', [
        OWNERSHIP_LOCK,
      ]);
      return rows[0]?.free ? undefined : this.url(running.port, DATABASE);
    } finally {
      await client.end();
    }
  }

  /** Stops the server in order: open transactions are rolled back, everything committed is on disk. */
  async stop(): Promise<void> {
    this.stopping = true;
    await this.recovery;
    await this.ownership?.end().catch(() => undefined);
    this.ownership = undefined;
    if (this.pid === undefined || !alive(this.pid)) return;
    // Smart, fast, immediate: PostgreSQL documentation, "Shutting Down the Server".
    for (const [signal, limit] of [
      ['SIGTERM', PATIENCE_MS],
      ['SIGINT', STOP_LIMIT_MS],
      ['SIGQUIT', STOP_LIMIT_MS],
    ] as const) {
      process.kill(this.pid, signal);
      for (let waited = 0; waited < limit && alive(this.pid); waited += 20) await delay(20);
      if (!alive(this.pid)) return;
    }
  }

  private url(port: number, database: string): string {
    const password = readFileSync(this.passwordFile, 'utf8').trim();
    return `postgres://${OWNER}:${password}@127.0.0.1:${port}/${database}`;
  }

  /** PostgreSQL's own account must be able to pass through the data folder; what is inside keeps its own modes. */
  private openToAccount(): void {
    if (!this.account) return;
    const { mode } = statSync(this.dataDirectory);
    if ((mode & 0o001) === 0) chmodSync(this.dataDirectory, mode | 0o011);
    if (reachableByOthers(this.dataDirectory)) return;
    throw new EmbeddedPostgresError(
      `PostgreSQL does not run as root, and its account cannot reach ${this.dataDirectory}: a folder above it is closed ` +
        'to others. Choose another folder with LATCHKEY_DATA_DIR, or do not run Latchkey as root.',
    );
  }

  private initialise(): void {
    // What a run that was killed during initdb left behind is no database yet.
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const password = randomBytes(24).toString('base64url');
    writeFileSync(this.passwordFile, password, { mode: 0o600 });
    const handed = `${this.folder}.initial`;
    writeFileSync(handed, password, { mode: 0o600 });
    if (this.account) {
      chownSync(this.folder, this.account.uid, this.account.gid);
      chownSync(handed, this.account.uid, this.account.gid);
    }
    try {
      execFileSync(
        this.binaries.initdb,
        [
          `--pgdata=${this.folder}`,
          `--username=${OWNER}`,
          `--pwfile=${handed}`,
          '--auth=scram-sha-256',
          '--encoding=UTF8',
          '--locale-provider=builtin',
          '--builtin-locale=C.UTF-8',
          '--locale=C',
        ],
        { stdio: ['ignore', 'ignore', 'pipe'], cwd: this.folder, ...this.account },
      );
    } finally {
      rmSync(handed, { force: true });
    }
  }

  /** The server that `postmaster.pid` names, when it lives. PostgreSQL itself removes a stale file. */
  private runningServer(): { pid: number; port: number } | undefined {
    const file = join(this.folder, 'postmaster.pid');
    if (!existsSync(file)) return undefined;
    const lines = readFileSync(file, 'utf8').split('\n');
    const pid = Number(lines[0]);
    const port = Number(lines[3]);
    if (!Number.isInteger(pid) || !Number.isInteger(port) || !alive(pid)) return undefined;
    return this.isPostgres(pid) ? { pid, port } : undefined;
  }

  /** After a reboot the number may have gone to another program. */
  private isPostgres(pid: number): boolean {
    const file = `/proc/${pid}/cmdline`;
    return !existsSync(file) || readFileSync(file, 'utf8').includes('postgres');
  }

  private async launch(port: number): Promise<number> {
    const log = openSync(join(this.dataDirectory, 'postgres.log'), 'a', 0o600);
    const child = spawn(
      this.binaries.postgres,
      [
        ['-D', this.folder, '-p', String(port)],
        ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
        ['-c', 'max_connections=200', '-c', 'shared_buffers=128MB', '-c', 'timezone=UTC'],
      ].flat(),
      { detached: true, stdio: ['ignore', log, log], cwd: this.folder, ...this.account },
    );
    closeSync(log);
    child.unref();
    this.pid = child.pid;
    await this.untilReady(child, port);
    return port;
  }

  private async untilReady(child: ChildProcess, port: number): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (Date.now() < deadline) {
      if (child.exitCode !== null || child.pid === undefined) {
        throw new EmbeddedPostgresError(
          `PostgreSQL did not start; its last words are in ${join(this.dataDirectory, 'postgres.log')}.`,
        );
      }
      const client = new pg.Client({
        connectionString: this.url(port, 'postgres'),
        connectionTimeoutMillis: 2000,
      });
      try {
        await client.connect();
        await client.end();
        return;
      } catch {
        // Not listening yet, or still recovering from a crash.
        await delay(40);
      }
    }
    throw new EmbeddedPostgresError(`PostgreSQL was not ready within ${START_LIMIT_MS / 1000} seconds.`);
  }

  /** Waits a little for a Latchkey that is still stopping, then refuses. */
  private async takeOwnership(port: number): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url(port, 'postgres'),
      application_name: 'latchkey owner',
      keepAlive: true,
    });
    client.on('error', (error) =>
      this.logger.warn(`The connection to the database server ended: ${error.message}`),
    );
    await client.connect();
    for (let attempt = 0; attempt < 50; attempt += 1) {
      const { rows } = await client.query<{ taken: boolean }>('SELECT pg_try_advisory_lock($1) AS taken', [
        OWNERSHIP_LOCK,
      ]);
      if (rows[0]?.taken) {
        this.ownership = client;
        client.on('end', () => {
          this.recovery = this.recover(port);
        });
        return;
      }
      await delay(100);
    }
    await client.end();
    throw new EmbeddedPostgresError(
      `Another Latchkey runs on the data folder ${this.dataDirectory}. Stop it, or give this one a folder of its ` +
        'own with LATCHKEY_DATA_DIR (and a PORT).',
    );
  }

  /** The server died under us: it is started again where everybody looks for it. */
  private async recover(port: number): Promise<void> {
    for (let attempt = 1; !this.stopping; attempt += 1) {
      try {
        const running = this.runningServer();
        if (running) this.pid = running.pid;
        else await this.launch(port);
        await this.takeOwnership(port);
        this.logger.warn('The database server ended by itself and runs again.');
        return;
      } catch (error) {
        this.logger.error(`The database server could not be started again: ${(error as Error).message}`);
        await delay(Math.min(1000 * attempt, 10_000));
      }
    }
  }

  private async ensureDatabase(): Promise<void> {
    const { rowCount } = await this.ownership!.query('SELECT 1 FROM pg_database WHERE datname = $1', [
      DATABASE,
    ]);
    if (!rowCount) await this.ownership!.query(`CREATE DATABASE ${DATABASE}`);
  }
}
