import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../common/clock.js';
import { addCall, addTally, BUCKET_MS, emptyTally, type ProxiedCall, type Tally } from './usage-tally.js';
import { type CountedTally, UsageRepository } from './usage.repository.js';

const FLUSH_MS = 5000;
/** While the database is away counts are kept, but not without end. */
const MOST_KEPT = 50_000;

/** Counts what programs do, in memory: a write for each call would cost more than the call. */
@Injectable()
export class UsageCounter implements OnApplicationShutdown {
  private readonly logger = new Logger('Usage');
  /** By organisation; within it by integration and time. */
  private counts = new Map<string, Map<string, CountedTally>>();
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: UsageRepository,
    private readonly clock: Clock,
  ) {}

  countRead(organizationId: string, integrationId: string): void {
    this.tally(organizationId, integrationId).reads += 1;
  }

  countCall(organizationId: string, integrationId: string, call: ProxiedCall): void {
    addCall(this.tally(organizationId, integrationId), call);
  }

  /** An answer that was counted broke off before its end. */
  countBreak(organizationId: string, integrationId: string): void {
    this.tally(organizationId, integrationId).errors += 1;
  }

  /** Writes what was counted so far. */
  @Interval(FLUSH_MS)
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  /** After the server has closed, so that the last calls are counted too. */
  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  private async write(): Promise<void> {
    const counts = this.counts;
    this.counts = new Map();
    for (const [organizationId, tallies] of counts) {
      try {
        await this.repository.add(organizationId, [...tallies.values()]);
      } catch (error) {
        this.logger.warn(
          `Usage could not be written and is kept for the next time: ${(error as Error).message}`,
        );
        this.keep(organizationId, tallies);
      }
    }
  }

  private keep(organizationId: string, tallies: Map<string, CountedTally>): void {
    for (const { integrationId, bucket, tally } of tallies.values()) {
      const newer = this.tallyAt(organizationId, integrationId, bucket);
      if (newer) addTally(newer, tally);
    }
  }

  private tally(organizationId: string, integrationId: string): Tally {
    const now = this.clock.now();
    return this.tallyAt(organizationId, integrationId, now - (now % BUCKET_MS)) ?? emptyTally();
  }

  private tallyAt(organizationId: string, integrationId: string, bucket: number): Tally | undefined {
    let tallies = this.counts.get(organizationId);
    if (!tallies) this.counts.set(organizationId, (tallies = new Map()));
    const key = `${integrationId} ${bucket}`;
    let counted = tallies.get(key);
    if (!counted) {
      if (tallies.size >= MOST_KEPT) return undefined;
      tallies.set(key, (counted = { integrationId, bucket, tally: emptyTally() }));
    }
    return counted.tally;
  }
}
