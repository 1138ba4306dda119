// The watch: everything due at once, the same services called by undici, and how late checks are that come one by one.
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { Environment } from '../../apps/api/dist/config/environment.js';
import { WatchService } from '../../apps/api/dist/health-monitor/watch.service.js';
import { loop, ROUND_MS } from '../loops.mjs';

/** Before anything is timed: connections, compiled code, prepared statements. */
const WARM = 500;
/** Checks that came late get this long. */
const GRACE_MS = 30_000;

export class WatchMeasures {
  rate = 0;
  ids = [];

  constructor(of, owner, credentials) {
    this.owner = owner;
    this.credentials = credentials;
    this.watch = of(WatchService);
    this.concurrency = of(Environment).healthCheckConcurrency;
  }

  /** Integrations to check, of as many organisations as there are places. */
  async spread(places, count) {
    const { ids } = this.credentials;
    for (const { organizationId, integrationId } of places) {
      await this.credentials.multiply(organizationId, integrationId, Math.ceil(count / places.length));
      this.ids.push(...this.credentials.ids);
    }
    this.credentials.ids = ids;
    // One after the other they are of different organisations.
    const each = Math.ceil(count / places.length);
    this.ids = this.ids.map(
      (_, number, all) => all[(number % places.length) * each + Math.floor(number / places.length)],
    );
  }

  /** Makes integrations due, each of one of the services. @param dueSql when, from `number` (1 …) and `due_count`. */
  async makeDue(count, services, path, dueSql) {
    await this.owner.query('ALTER TABLE integrations NO FORCE ROW LEVEL SECURITY');
    await this.owner.query(
      `UPDATE integrations i SET next_check_at = ${dueSql}, last_checked_at = NULL, status = 'active', config = i.config
         || jsonb_build_object('base_url', ($2::text[])[1 + number % cardinality($2::text[])], 'test_path', $3::text)
       FROM unnest($1::uuid[]) WITH ORDINALITY AS due (id, number), (SELECT $4::int AS due_count) AS of
       WHERE i.id = due.id`,
      [this.ids.slice(0, count), services, path, count],
    );
    await this.owner.query('ALTER TABLE integrations FORCE ROW LEVEL SECURITY');
  }

  /** Checks what is due, as the watch does on a tick. */
  async checkAll(services, path) {
    const count = this.rate ? Math.round(Math.min((this.rate * ROUND_MS) / 1000, this.ids.length)) : WARM;
    await this.makeDue(count, services, path, 'now()');
    const began = performance.now();
    await this.watch.round(new AbortController().signal);
    await this.watch.settled();
    const took = performance.now() - began;
    this.rate = count / (took / 1000);
    return { rate: this.rate, average: took / count, p99: took / count };
  }

  /** The same calls, with as many at once. */
  async callServices(services, path) {
    const dispatcher = new Agent();
    const headers = { authorization: `Bearer ${'x'.repeat(40)}` };
    const result = await loop(this.concurrency, ROUND_MS, async (number) => {
      const { statusCode, body } = await request(services[number % services.length] + path, {
        dispatcher,
        headers,
      });
      await body.text();
      if (statusCode !== 200) throw new Error(`${path}: ${statusCode}`);
    });
    await dispatcher.close();
    return result;
  }

  /** Integrations whose checks are due one after the other for a time; the product's own ticks find them. */
  async sustained(services, path, count, seconds) {
    await this.makeDue(
      count,
      services,
      path,
      `now() + interval '2 seconds' + number * interval '${seconds} seconds' / due_count`,
    );
    await this.owner.query(
      'CREATE TABLE bench_due AS SELECT id, next_check_at AS due FROM integrations WHERE id = ANY($1::uuid[])',
      [this.ids.slice(0, count)],
    );
    const { user: userBefore, system: systemBefore } = process.cpuUsage();
    await delay(2000 + seconds * 1000);
    const { user, system } = process.cpuUsage();
    const late = () =>
      this.owner
        .query(
          `SELECT count(*) FILTER (WHERE first IS NULL)::int AS missing,
             extract(epoch FROM max(first - due))::float AS latest,
             extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY first - due))::float AS median
           FROM bench_due LEFT JOIN (SELECT integration_id, min(at) AS first FROM health_checks GROUP BY 1) AS checked
             ON integration_id = id`,
        )
        .then(({ rows }) => rows[0]);
    const end = performance.now() + GRACE_MS;
    let found = await late();
    while (found.missing > 0 && performance.now() < end) {
      await delay(1000);
      found = await late();
    }
    const cpu = (user + system - userBefore - systemBefore) / 1e6 / (seconds + 2);
    return { ...found, cpu };
  }
}
