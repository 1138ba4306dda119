import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import pg from 'pg';
import { Database } from './database.js';

const CHANNEL = 'latchkey_changes';
/** A connection that died without a word is noticed within this time; changes of others may be missed that long. */
const PROBE_INTERVAL_MS = 5_000;
const PROBE_LIMIT_MS = 5_000;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 5_000;

/** Where LISTEN works: a direct connection, not one through a pooler that changes servers between transactions. */
export class ListenUrl {
  constructor(readonly value: string) {}
}

export type ChangeKind = 'integration' | 'service_token' | 'organization_keys' | 'installation';
type Listener = (organizationId: string, id: string) => void;

/**
 * What other replicas changed (NOTIFY), told by triggers of the database where changes are rare, and by `announce` after
 * the commit where they are many: a commit that notifies waits for all others that do. Notices are a courtesy and may be lost, so
 * whoever keeps something in memory also lets it expire, keeps nothing while `connected` is false, and forgets all at a
 * `gap`.
 */
@Injectable()
export class ChangeFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('ChangeFeed');
  private readonly events = new EventEmitter().setMaxListeners(50);
  private client: pg.Client | undefined;
  private probe: NodeJS.Timeout | undefined;
  private awaited: { text: string; arrived: () => void } | undefined;
  private readonly leaving = new Set<string>();
  private closed = false;
  private underWay: Promise<void> = Promise.resolve();
  private listening = false;

  constructor(
    private readonly url: ListenUrl,
    private readonly database: Database,
  ) {}

  /** True while notices arrive. */
  get connected(): boolean {
    return this.listening;
  }

  /** A change of a row; for organisation keys the id is empty. */
  on(kind: ChangeKind, listener: Listener): void {
    this.events.on(kind, listener);
  }

  /** Notices may have been lost: forget everything. */
  onGap(listener: () => void): void {
    this.events.on('gap', listener);
  }

  /**
   * Tells every replica, this one included, of a change that has been committed. Those of the same moment go together; one
   * that cannot be sent is lost, and what others keep in memory ends by itself.
   */
  announce(kind: ChangeKind, organizationId: string, id: string): void {
    if (this.leaving.size === 0) setImmediate(() => void this.send());
    this.leaving.add(`${kind} ${organizationId} ${id}`);
  }

  /** The first connection is made before the process serves anybody; later ones in the background. */
  async onApplicationBootstrap(): Promise<void> {
    try {
      await this.connect();
    } catch (error) {
      this.warn(error);
      this.underWay = this.reconnect();
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.closed = true;
    this.listening = false;
    clearTimeout(this.probe);
    await this.underWay;
    await this.client?.end();
  }

  private async send(): Promise<void> {
    const notices = [...this.leaving];
    this.leaving.clear();
    try {
      await this.database.query('SELECT pg_notify($1, notice) FROM unnest($2::text[]) AS notice', [
        CHANNEL,
        notices,
      ]);
    } catch (error) {
      if (!this.closed)
        this.logger.warn(
          `Other replicas could not be told of ${notices.length} changes: ${(error as Error).message}`,
        );
    }
  }

  private async connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.url.value,
      application_name: 'latchkey changes',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', (error) => this.lose(client, error));
    client.on('end', () => this.lose(client, new Error('the connection ended')));
    client.on('notification', ({ payload }) => this.receive(payload ?? ''));
    try {
      await client.connect();
      await client.query(`LISTEN ${CHANNEL}`);
      await this.prove();
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.client = client;
    this.listening = true;
    this.events.emit('gap');
    this.scheduleProbe(client);
  }

  /** Behind a pooler LISTEN succeeds and nothing ever arrives, so the way is tried from end to end. */
  private async prove(): Promise<void> {
    const text = `probe ${randomUUID()}`;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.awaited = { text, arrived: resolve };
    const timer = setTimeout(
      () =>
        reject(
          new Error('what is sent does not come back (DATABASE_LISTEN_URL must be a direct connection)'),
        ),
      PROBE_LIMIT_MS,
    );
    try {
      await Promise.all([promise, this.database.query('SELECT pg_notify($1, $2)', [CHANNEL, text])]);
    } finally {
      clearTimeout(timer);
      this.awaited = undefined;
    }
  }

  private scheduleProbe(client: pg.Client): void {
    this.probe = setTimeout(() => {
      this.underWay = this.probeOnce(client);
    }, PROBE_INTERVAL_MS).unref();
  }

  private async probeOnce(client: pg.Client): Promise<void> {
    try {
      await this.prove();
      if (this.client === client && !this.closed) this.scheduleProbe(client);
    } catch (error) {
      this.lose(client, error);
    }
  }

  private receive(payload: string): void {
    const [kind = '', organizationId = '', id = ''] = payload.split(' ');
    if (kind === 'probe') {
      if (payload === this.awaited?.text) this.awaited.arrived();
      return;
    }
    this.events.emit(kind, organizationId, id);
  }

  private lose(client: pg.Client, error: unknown): void {
    if (this.closed || client !== this.client) return;
    this.client = undefined;
    this.listening = false;
    clearTimeout(this.probe);
    void client.end().catch(() => undefined);
    this.events.emit('gap');
    this.warn(error);
    this.underWay = this.reconnect();
  }

  private warn(error: unknown): void {
    this.logger.warn(
      `Notices of changes do not arrive: ${(error as Error).message}. Nothing is kept in memory meanwhile.`,
    );
  }

  private async reconnect(): Promise<void> {
    for (let wait = FIRST_RETRY_MS; !this.closed; wait = Math.min(wait * 2, LONGEST_RETRY_MS)) {
      await delay(wait, undefined, { ref: false });
      if (this.closed) return;
      try {
        await this.connect();
        this.logger.log('Notices of changes arrive again.');
        return;
      } catch {
        // Said once, when the notices stopped; it is tried until they arrive.
      }
    }
  }
}
