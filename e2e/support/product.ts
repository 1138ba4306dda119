import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { freePort } from './ports';

const ROOT = resolve(import.meta.dirname, '..', '..');
const NODE = join(ROOT, 'node_modules', 'nodejs', 'bin', 'node');
const MAIN = join(ROOT, 'apps', 'api', 'dist', 'main.js');
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 40_000;

export interface Mail {
  to: string;
  subject: string;
  text: string;
}

/**
 * The product as it is shipped: one process with its own PostgreSQL, in a data folder of its own. Connections are
 * checked every 5 seconds, services on this machine may be reached.
 */
export class Product {
  readonly dataDirectory: string;
  private output = '';
  private child: ChildProcess | undefined;
  private ended: Promise<void> = Promise.resolve();

  private constructor(
    name: string,
    private readonly port: number,
    private readonly environment: Record<string, string>,
  ) {
    this.dataDirectory = mkdtempSync(join(tmpdir(), `latchkey-e2e-${name}-`));
  }

  /** @param name in the name of its data folder */
  static async start(name: string, environment: Record<string, string> = {}): Promise<Product> {
    const product = new Product(name, await freePort(), environment);
    await product.launch();
    return product;
  }

  get url(): string {
    return `http://localhost:${this.port}`;
  }

  /** Starts it, once more on the same data when it has run before; done when it says that it is ready. */
  async launch(): Promise<void> {
    const seen = this.output.length;
    const child = spawn(NODE, [MAIN], {
      // The channel ends the product when the test run is gone.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(this.port),
        PUBLIC_URL: this.url,
        LATCHKEY_DATA_DIR: this.dataDirectory,
        HEALTH_CHECK_INTERVAL: '5',
        EGRESS_ALLOW: '127.0.0.0/8',
        ...this.environment,
      },
    });
    this.child = child;
    this.ended = new Promise((done) => child.once('exit', () => done()));
    await new Promise<void>((ready, failed) => {
      const fail = (why: string) => failed(new Error(`${why}\n${this.output.slice(seen)}`));
      const late = setTimeout(() => fail('The product was not ready in time.'), START_LIMIT_MS);
      child.once('exit', (code) => fail(`The product ended with ${code}.`));
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (text: string) => {
          this.output += text;
          if (!this.output.includes('is ready', seen)) return;
          clearTimeout(late);
          ready();
        });
      }
    });
  }

  /** Ends it in order, as a service manager does, and leaves nothing behind. */
  async stop(): Promise<void> {
    if (this.child?.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGTERM');
      const late = setTimeout(() => this.child?.kill('SIGKILL'), STOP_LIMIT_MS);
      await this.ended;
      clearTimeout(late);
    }
    this.endDatabase();
    rmSync(this.dataDirectory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }

  /** As a power cut ends it; its database server goes on. */
  async kill(): Promise<void> {
    this.child?.kill('SIGKILL');
    await this.ended;
  }

  /** Everything that it and its database have written to their logs. */
  logs(): string {
    const database = join(this.dataDirectory, 'postgres.log');
    return this.output + (existsSync(database) ? readFileSync(database, 'utf8') : '');
  }

  /** The account that owns the embedded database. */
  get database() {
    const password = readFileSync(join(this.dataDirectory, 'postgres-password'), 'utf8').trim();
    return {
      host: '127.0.0.1',
      port: Number(this.postmaster()[3]),
      user: 'latchkey_owner',
      password,
      database: 'latchkey',
    };
  }

  async sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
    const client = new pg.Client(this.database);
    await client.connect();
    try {
      return (await client.query<Row>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Every row of every table, the queue's too, as JSON texts. */
  async dump(): Promise<string> {
    const tables = await this.sql<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema')`,
    );
    const rows: string[] = [];
    for (const { name } of tables) {
      const found = await this.sql<{ row: string }>(`SELECT row_to_json(t)::text AS row FROM ${name} t`);
      rows.push(...found.map(({ row }) => `${name} ${row}`));
    }
    return rows.join('\n');
  }

  /** The mails of the outbox, oldest first. */
  mails(): Mail[] {
    const folder = join(this.dataDirectory, 'outbox');
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => name.endsWith('.eml'))
      .sort()
      .map((name) => parseMail(readFileSync(join(folder, name), 'utf8')));
  }

  private postmaster(): string[] {
    return readFileSync(join(this.dataDirectory, 'postgres', 'postmaster.pid'), 'utf8').split('\n');
  }

  /** After a kill nobody else does. */
  private endDatabase(): void {
    if (!existsSync(join(this.dataDirectory, 'postgres', 'postmaster.pid'))) return;
    const pid = Number(this.postmaster()[0]);
    const command = `/proc/${pid}/cmdline`;
    if (existsSync(command) && readFileSync(command, 'utf8').includes(this.dataDirectory)) {
      process.kill(pid, 'SIGQUIT');
    }
  }
}

function parseMail(eml: string): Mail {
  const [head = '', ...body] = eml.split('\r\n\r\n');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(head)?.[1]?.trim() ?? '';
  return {
    to: header('To'),
    subject: header('Subject'),
    text: body.join('\n\n').replaceAll('=\r\n', '').replaceAll('\r\n', '\n'),
  };
}
