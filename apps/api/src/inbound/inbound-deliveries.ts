import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { Database } from '../database/database.js';
import { JobQueue } from '../jobs/job-queue.js';
import {
  type InboundDelivery,
  InboundRepository,
  type InboundSource,
  type NewDelivery,
} from './inbound.repository.js';

export type { InboundDelivery, InboundSource, NewDelivery } from './inbound.repository.js';

export type InboundHandler = (delivery: InboundDelivery, signal: AbortSignal) => Promise<void>;

interface InboundJob {
  organization_id: string;
  source: InboundSource;
  delivery_id: string;
}

/** The first and those that follow a failure, over about an hour. */
const MOST_ATTEMPTS = 9;
const FIRST_RETRY_S = 5;
const KEPT_MS = 14 * 86_400_000;
const SOURCES: InboundSource[] = ['github', 'slack'];

const queueOf = (source: InboundSource): string => `inbound.${source}`;

/** What is kept of a failure: our own words, never those of a provider or of a library. */
function wordsFor(error: unknown): string {
  if (error instanceof AppError) return error.message;
  const { reason } = error as { reason?: unknown };
  return typeof reason === 'string' ? reason : 'It failed through a fault of our own; the log has more.';
}

/**
 * What providers send us: each delivery is stored once and answered at once, and worked on in a job. The job and the row
 * are written together, so that what was accepted is worked on and what was not is sent again.
 */
@Injectable()
export class InboundDeliveries implements OnApplicationBootstrap {
  private readonly handlers = new Map<InboundSource, InboundHandler>();

  constructor(
    private readonly repository: InboundRepository,
    private readonly database: Database,
    private readonly jobs: JobQueue,
    private readonly clock: Clock,
  ) {}

  /** Every module has registered its handler by now. */
  async onApplicationBootstrap(): Promise<void> {
    for (const source of SOURCES) {
      await this.jobs.declare(queueOf(source), {
        retryLimit: MOST_ATTEMPTS - 1,
        retryDelay: FIRST_RETRY_S,
        retryBackoff: true,
        expireInSeconds: 300,
      });
      await this.jobs.work<InboundJob>(queueOf(source), (job, { signal }) => this.process(job, signal));
    }
  }

  /** Who works on what this provider sends; called by its module while that starts (`onModuleInit`). */
  work(source: InboundSource, handler: InboundHandler): void {
    this.handlers.set(source, handler);
  }

  /** Stores a delivery whose signature was verified. It is worked on when this has returned. */
  accept(organizationId: string, delivery: NewDelivery): Promise<'accepted' | 'duplicate'> {
    return this.database.tenant(organizationId, async (manager) => {
      const isNew = await this.repository.insert(
        manager,
        organizationId,
        delivery,
        this.clock.date(),
        MOST_ATTEMPTS,
      );
      if (!isNew) return 'duplicate';
      const job: InboundJob = {
        organization_id: organizationId,
        source: delivery.source,
        delivery_id: delivery.deliveryId,
      };
      await this.jobs.send(queueOf(delivery.source), job, { manager });
      return 'accepted';
    });
  }

  /** Works on one; what fails is thrown, and the queue tries again. One that is done already is left alone. */
  async process(
    { organization_id: organizationId, source, delivery_id: deliveryId }: InboundJob,
    signal: AbortSignal,
  ): Promise<void> {
    const delivery = await this.repository.begin(organizationId, source, deliveryId);
    if (!delivery) return;
    try {
      const handler = this.handlers.get(source);
      if (!handler) throw new Error(`nobody works on what ${source} sends`);
      await handler(delivery, signal);
    } catch (error) {
      await this.repository.settle(delivery, this.clock.date(), wordsFor(error));
      throw error;
    }
    await this.repository.settle(delivery, this.clock.date(), null);
  }

  /** Forgets what is older than any provider sends again. */
  purge(): Promise<void> {
    return this.repository.purge(new Date(this.clock.now() - KEPT_MS));
  }
}
