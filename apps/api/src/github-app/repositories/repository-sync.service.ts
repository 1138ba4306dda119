import { randomUUID } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import type { EntityManager } from 'typeorm';
import { Environment } from '../../config/environment.js';
import { JobQueue } from '../../jobs/job-queue.js';
import { RepositorySyncRun } from './repository-sync-run.js';
import { RepositorySyncsRepository, type SyncKey } from './repository-syncs.repository.js';

interface SyncJob {
  organization_id: string;
  integration_id: string;
  /** How often it has failed for a reason that may pass. */
  failures?: number;
}

const QUEUE = 'repositories.sync';
const DUE_QUEUE = 'repositories.sync-due';
const TICK_MS = 60_000;
const MOST_DUE = 100;
/** A hundred thousand repositories take a quarter of an hour. */
const LONGEST_S = 1800;

/** When repositories are read: asked for by a person or a webhook, once for many at once, and once a day by itself. */
@Injectable()
export class RepositorySyncs implements OnApplicationBootstrap {
  private readonly logger = new Logger('Repositories');

  constructor(
    private readonly repository: RepositorySyncsRepository,
    private readonly run: RepositorySyncRun,
    private readonly jobs: JobQueue,
    private readonly environment: Environment,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.declare(QUEUE, { retryLimit: 2, retryDelay: 60, expireInSeconds: LONGEST_S });
    await this.jobs.declare(DUE_QUEUE, { retryLimit: 0, deleteAfterSeconds: 3600 });
    await this.jobs.work<SyncJob>(QUEUE, (job, { signal }) => this.carryOut(job, signal));
    await this.jobs.work(DUE_QUEUE, () => this.resume());
  }

  @Interval(TICK_MS)
  async tick(): Promise<void> {
    if (!this.environment.runsJobs) return;
    try {
      await this.jobs.send(DUE_QUEUE, {}, { onceInSeconds: TICK_MS / 1000 });
    } catch (error) {
      // The database is away; the next tick tries again.
      this.logger.warn(`No round of syncs could be asked for: ${(error as Error).message}`);
    }
  }

  /** Begins when the transaction commits; one that waits already stands for this too. */
  async request(manager: EntityManager, key: SyncKey): Promise<void> {
    if (await this.repository.request(manager, key)) await this.send(key, { manager });
  }

  /** The first of an integration; later ones have other reasons. */
  async requestFirst(manager: EntityManager, key: SyncKey): Promise<void> {
    if (!(await this.repository.exists(manager, key))) await this.request(manager, key);
  }

  /** Takes up what was killed or lost, and what was not looked at for a day. */
  async resume(): Promise<void> {
    for (const key of await this.repository.due(MOST_DUE))
      await this.run.again(key, (manager) => this.request(manager, key));
  }

  /** Never throws for what GitHub does: that is written where the person looks. */
  async carryOut(
    { organization_id: organizationId, integration_id: integrationId, failures = 0 }: SyncJob,
    signal: AbortSignal,
  ): Promise<void> {
    const key = { organizationId, integrationId };
    const held = await this.repository.claim(key, randomUUID());
    if (!held) return;
    await this.run.carryOut(held, failures, signal, (manager, next) => this.send(key, { manager, ...next }));
  }

  private async send(
    { organizationId, integrationId }: SyncKey,
    { manager, failures, afterSeconds }: { manager: EntityManager; failures?: number; afterSeconds?: number },
  ): Promise<void> {
    const job: SyncJob = { organization_id: organizationId, integration_id: integrationId };
    await this.jobs.send(QUEUE, failures ? { ...job, failures } : job, { manager, afterSeconds });
  }
}
