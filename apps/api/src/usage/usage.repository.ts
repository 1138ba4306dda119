import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { LATENCY_BOUNDS, type Tally } from './usage-tally.js';

export interface CountedTally {
  integrationId: string;
  /** When its five minutes began, in milliseconds since the epoch. */
  bucket: number;
  tally: Tally;
}

/** Counts of a span of time as the database adds them up. */
export interface UsageRow {
  at: Date;
  calls: number;
  errors: number;
  throttled: number;
  reads: number;
  latency_sum: number;
  latency_max: number;
  histogram: number[];
}

export interface RateLimitRow {
  limit: number | null;
  remaining: number;
  reset_at: Date | null;
}

const HISTOGRAM_SUMS = Array.from(
  { length: LATENCY_BOUNDS.length + 1 },
  (_, index) => `sum(latency_histogram[${index + 1}])::float8`,
).join(', ');

@Injectable()
export class UsageRepository {
  constructor(private readonly database: Database) {}

  /** Adds counts to what is there. Those of an integration that was deleted meanwhile are dropped. */
  async add(organizationId: string, counted: CountedTally[]): Promise<void> {
    const rows = counted.map(({ integrationId, bucket, tally }) => ({
      integration_id: integrationId,
      bucket: new Date(bucket),
      calls: tally.calls,
      errors: tally.errors,
      throttled: tally.throttled,
      reads: tally.reads,
      latency_ms_sum: tally.latencySum,
      latency_ms_max: tally.latencyMax,
      latency_histogram: tally.histogram,
      rate_limit_limit: tally.rateLimit?.limit ?? null,
      rate_limit_remaining: tally.rateLimit?.remaining ?? null,
      rate_limit_reset_at: tally.rateLimit?.resetAt ?? null,
    }));
    await this.database.tenant(organizationId, (manager) =>
      manager.query(
        `INSERT INTO usage_rollups AS u (organization_id, integration_id, bucket, calls, errors, throttled, reads,
           latency_ms_sum, latency_ms_max, latency_histogram, rate_limit_limit, rate_limit_remaining, rate_limit_reset_at)
         SELECT $1, n.* FROM jsonb_to_recordset($2::jsonb) AS n (integration_id uuid, bucket timestamptz, calls bigint,
           errors bigint, throttled bigint, reads bigint, latency_ms_sum bigint, latency_ms_max integer,
           latency_histogram bigint[], rate_limit_limit bigint, rate_limit_remaining bigint, rate_limit_reset_at timestamptz)
         JOIN integrations i ON i.organization_id = $1 AND i.id = n.integration_id
         -- In one order everywhere, so that replicas wait for each other and do not lock each other out.
         ORDER BY n.integration_id, n.bucket
         ON CONFLICT (organization_id, integration_id, bucket) DO UPDATE SET
           calls = u.calls + EXCLUDED.calls,
           errors = u.errors + EXCLUDED.errors,
           throttled = u.throttled + EXCLUDED.throttled,
           reads = u.reads + EXCLUDED.reads,
           latency_ms_sum = u.latency_ms_sum + EXCLUDED.latency_ms_sum,
           latency_ms_max = greatest(u.latency_ms_max, EXCLUDED.latency_ms_max),
           latency_histogram = (SELECT array_agg(old + new ORDER BY place)
             FROM unnest(u.latency_histogram, EXCLUDED.latency_histogram) WITH ORDINALITY AS h (old, new, place)),
           rate_limit_limit = CASE WHEN EXCLUDED.rate_limit_remaining IS NULL THEN u.rate_limit_limit
             ELSE EXCLUDED.rate_limit_limit END,
           rate_limit_remaining = coalesce(EXCLUDED.rate_limit_remaining, u.rate_limit_remaining),
           rate_limit_reset_at = CASE WHEN EXCLUDED.rate_limit_remaining IS NULL THEN u.rate_limit_reset_at
             ELSE EXCLUDED.rate_limit_reset_at END`,
        [organizationId, JSON.stringify(rows)],
      ),
    );
  }

  /** Oldest first; spans without a call are left out. @param seconds how long a span is */
  series(
    organizationId: string,
    integrationId: string,
    from: Date,
    to: Date,
    seconds: number,
  ): Promise<UsageRow[]> {
    return this.database.tenant(organizationId, (manager) =>
      manager.query<UsageRow[]>(
        `SELECT date_bin(make_interval(secs => $5), bucket, '2000-01-01T00:00:00Z'::timestamptz) AS at,
                sum(calls)::float8 AS calls, sum(errors)::float8 AS errors, sum(throttled)::float8 AS throttled,
                sum(reads)::float8 AS reads, sum(latency_ms_sum)::float8 AS latency_sum,
                max(latency_ms_max) AS latency_max, ARRAY[${HISTOGRAM_SUMS}] AS histogram
         FROM usage_rollups
         WHERE organization_id = $1 AND integration_id = $2 AND bucket >= $3 AND bucket < $4
         GROUP BY 1 ORDER BY 1`,
        [organizationId, integrationId, from, to, seconds],
      ),
    );
  }

  /** What the provider said last. */
  async lastRateLimit(organizationId: string, integrationId: string): Promise<RateLimitRow | null> {
    const [row] = await this.database.tenant(organizationId, (manager) =>
      manager.query<RateLimitRow[]>(
        `SELECT rate_limit_limit::float8 AS "limit", rate_limit_remaining::float8 AS remaining,
                rate_limit_reset_at AS reset_at
         FROM usage_rollups
         WHERE organization_id = $1 AND integration_id = $2 AND rate_limit_remaining IS NOT NULL
         ORDER BY bucket DESC LIMIT 1`,
        [organizationId, integrationId],
      ),
    );
    return row ?? null;
  }

  async purge(before: Date): Promise<void> {
    await this.database.asSystem('DELETE FROM usage_rollups WHERE bucket < $1', [before]);
  }
}
