import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { type Job, type JobResult, PgBoss, type Queue } from 'pg-boss';
import type { EntityManager } from 'typeorm';
import { isDatabaseAway } from '../common/error.filter.js';
import { SparseLog } from '../common/sparse-log.js';
import { nameOf } from '../database/prepared-statement.js';
import { send } from '../database/unit-of-work.js';

/** How long running jobs may take to end when the process stops. */
const STOP_LIMIT_MS = 25_000;
const POLL_SECONDS = 1;
const BATCH = 50;

interface SendOptions {
  /** Sends in this transaction: the job exists when it commits, and not otherwise. */
  manager?: EntityManager;
  /** At most one job in each span of this many seconds, across replicas. */
  onceInSeconds?: number;
  /** It begins so much later. */
  afterSeconds?: number;
}

export interface JobContext {
  id: string;
  /** Aborted when the process stops or the job's time is up. */
  signal: AbortSignal;
}

/** The queue. It knows nothing of what runs on it; a job's data never holds a secret. */
@Injectable()
export class JobQueue implements OnModuleDestroy {
  private readonly logger = new Logger('Jobs');
  private readonly declared = new Map<string, Promise<void>>();

  constructor(
    private readonly boss: PgBoss,
    readonly runsJobs: boolean,
  ) {}

  /** Makes the queue, or changes it to these options. */
  declare(name: string, options: Omit<Queue, 'name'> = {}): Promise<void> {
    const declared = this.declared.get(name) ?? this.createOrUpdate(name, options);
    this.declared.set(name, declared);
    return declared;
  }

  /** @returns the job's id; null when `onceInSeconds` found one of the same span, and where a transaction sends it. */
  async send(name: string, data: object, options: SendOptions = {}): Promise<string | null> {
    const { manager, onceInSeconds, afterSeconds } = options;
    return this.boss.send(name, data, {
      ...(onceInSeconds ? { singletonSeconds: onceInSeconds } : {}),
      ...(afterSeconds ? { startAfter: afterSeconds } : {}),
      ...(manager
        ? {
            db: {
              executeSql: async (text: string, values: unknown[] = []) => {
                send(manager, { name: nameOf(text), text, values });
                return { rows: [] };
              },
            },
          }
        : {}),
    });
  }

  /** Runs the queue's jobs in this process, unless its role is to serve the API alone. */
  async work<T extends object>(
    name: string,
    handler: (data: T, job: JobContext) => Promise<void>,
  ): Promise<void> {
    if (!this.runsJobs) return;
    // A batch per poll, each job settled by itself: one that fails is tried again, and the others are done.
    const settings = { pollingIntervalSeconds: POLL_SECONDS, batchSize: BATCH, perJobResults: true } as const;
    await this.boss.work<T>(name, settings, (jobs) => Promise.all(jobs.map((job) => this.run(job, handler))));
  }

  private async run<T>(
    job: Job<T>,
    handler: (data: T, job: JobContext) => Promise<void>,
  ): Promise<JobResult> {
    try {
      await handler(job.data, { id: job.id, signal: job.signal });
      return { id: job.id, status: 'completed' };
    } catch (error) {
      this.logger.warn(`A job of ${job.name} failed and is tried again: ${(error as Error).message}`);
      return { id: job.id, status: 'failed', output: { message: (error as Error).message } };
    }
  }

  /** True while some process, on whatever machine, runs jobs of this database. */
  async hasWorkers(): Promise<boolean> {
    const { rows } = await this.boss
      .getDb()
      .executeSql(
        `SELECT 1 FROM pg_stat_activity WHERE application_name = '${WORKER}' AND datname = current_database() LIMIT 1`,
      );
    return rows.length > 0;
  }

  async onModuleDestroy(): Promise<void> {
    await this.boss.stop({ graceful: true, close: true, timeout: STOP_LIMIT_MS });
  }

  private async createOrUpdate(name: string, options: Omit<Queue, 'name'>): Promise<void> {
    if (await this.boss.getQueue(name)) {
      const { policy: _policy, partition: _partition, ...changeable } = options;
      if (Object.keys(changeable).length > 0) await this.boss.updateQueue(name, changeable);
      return;
    }
    await this.boss.createQueue(name, options);
  }
}

/** By this PostgreSQL tells which of our connections belong to processes that run jobs. */
const WORKER = 'latchkey jobs';

/** @returns a started instance on the schema that the application's role owns. */
export async function startBoss(connectionString: string, runsJobs: boolean): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString,
    schema: 'pgboss',
    createSchema: false,
    application_name: runsJobs ? WORKER : 'latchkey queue',
    max: 5,
    supervise: runsJobs,
    schedule: false,
  });
  const logger = new Logger('Jobs');
  const outages = new SparseLog((line) => logger.warn(line));
  boss.on('error', (error) => {
    const line = `The queue reports: ${error.message}`;
    if (isDatabaseAway(error)) outages.say(line);
    else logger.warn(line);
  });
  return boss.start();
}
