import { Injectable } from '@nestjs/common';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { IntegrationReader } from '../integrations/integration-reader.js';
import { emptyTally, percentile } from './usage-tally.js';
import type { BUCKETS, UsageDto, UsagePointDto, UsageQuery, UsageTotalsDto } from './usage.dto.js';
import { UsageRepository, type UsageRow } from './usage.repository.js';

type Bucket = (typeof BUCKETS)[number];
type Counts = Omit<UsageRow, 'at'>;

const DAY_MS = 86_400_000;
const BUCKET_MS: Record<Bucket, number> = { '5m': 300_000, '1h': 3_600_000, '1d': DAY_MS };
const MOST_POINTS = 2016; // a week in steps of five minutes
/** Of a bucket that is not asked for: as many as a chart can show. */
const POINTS_OF_A_CHART = 300;

const NOTHING: Counts = {
  calls: 0,
  errors: 0,
  throttled: 0,
  reads: 0,
  latency_sum: 0,
  latency_max: 0,
  histogram: emptyTally().histogram,
};

const addUp = (a: Counts, b: Counts): Counts => ({
  calls: a.calls + b.calls,
  errors: a.errors + b.errors,
  throttled: a.throttled + b.throttled,
  reads: a.reads + b.reads,
  latency_sum: a.latency_sum + b.latency_sum,
  latency_max: Math.max(a.latency_max, b.latency_max),
  histogram: a.histogram.map((count, index) => count + (b.histogram[index] ?? 0)),
});

function describe(counts: Counts): UsageTotalsDto {
  const { calls, errors, throttled, reads, latency_sum: sum, latency_max: longest, histogram } = counts;
  return {
    calls,
    errors,
    throttled,
    reads,
    average_ms: calls === 0 ? null : Math.round(sum / calls),
    p50_ms: percentile(histogram, 0.5, longest),
    p95_ms: percentile(histogram, 0.95, longest),
    p99_ms: percentile(histogram, 0.99, longest),
  };
}

/** How much programs use an integration. */
@Injectable()
export class UsageService {
  constructor(
    private readonly repository: UsageRepository,
    private readonly integrations: IntegrationReader,
    private readonly clock: Clock,
  ) {}

  async get(actor: Actor, id: string, query: UsageQuery): Promise<{ usage: UsageDto }> {
    const { organization_id: organizationId } = await this.integrations.require(actor, id);
    const { from, to, bucket } = this.span(query);
    const width = BUCKET_MS[bucket];
    // Whole points only, so that the sum of the series is the totals.
    const begin = new Date(Math.floor(from.getTime() / width) * width);
    const rows = await this.repository.series(organizationId, id, begin, to, width / 1000);
    return {
      usage: {
        from: begin,
        to,
        bucket,
        totals: describe(rows.reduce<Counts>(addUp, NOTHING)),
        series: this.fill(rows, begin, to, width),
        rate_limit: await this.repository.lastRateLimit(organizationId, id),
      },
    };
  }

  /** Forgets what is past its retention. */
  purge(before: Date): Promise<void> {
    return this.repository.purge(before);
  }

  private span(query: UsageQuery): { from: Date; to: Date; bucket: Bucket } {
    const to = query.to === undefined ? this.clock.date() : new Date(query.to);
    const from = query.from === undefined ? new Date(to.getTime() - DAY_MS) : new Date(query.from);
    const length = to.getTime() - from.getTime();
    if (length <= 0) throw AppError.invalid({ from: ['must be before `to`'] });
    const fits = (most: number) => (each: Bucket) => length / BUCKET_MS[each] <= most;
    const all = Object.keys(BUCKET_MS) as Bucket[];
    const bucket = query.bucket ?? all.find(fits(POINTS_OF_A_CHART)) ?? '1d';
    if (!fits(MOST_POINTS)(bucket)) {
      throw AppError.invalid({
        bucket: [`makes more than ${MOST_POINTS} points; ask for a shorter time or a larger bucket`],
      });
    }
    return { from, to, bucket };
  }

  private fill(rows: UsageRow[], begin: Date, to: Date, width: number): UsagePointDto[] {
    const byTime = new Map(rows.map((row) => [row.at.getTime(), row]));
    const points: UsagePointDto[] = [];
    for (let at = begin.getTime(); at < to.getTime(); at += width) {
      points.push({ at: new Date(at), ...describe(byTime.get(at) ?? NOTHING) });
    }
    return points;
  }
}
