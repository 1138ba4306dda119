import type { INestApplicationContext } from '@nestjs/common';
import { WatchService } from '../../src/health-monitor/watch.service.js';
import { type DueIntegration, DueIntegrations } from '../../src/integrations/checks/due-integrations.js';
import type { ArgoBench } from './argocd.js';

/** An integration that asks for one path of api.example.com and takes any 2xx. */
export const pathIntegration = (name: string, path = `/${name}`) => ({
  integration_type_id: 'generic_http',
  name,
  config: { base_url: 'https://api.example.com', test_path: path },
  credentials: { credential_type: 'api_token', token: 'watched-token' },
});

export interface WatchedRow {
  status: string;
  error_code: string | null;
  error_message: string | null;
  error_hint: string | null;
  consecutive_failures: number;
  next_check_at: Date | null;
  last_checked_at: Date | null;
  status_changed_at: Date;
  check_lease_token: string | null;
}

/** One round of the watch, and every check that it began. */
export async function round(
  app: INestApplicationContext,
  signal = new AbortController().signal,
): Promise<void> {
  const watch = app.get(WatchService, { strict: false });
  await watch.round(signal);
  await watch.settled();
}

/** Takes what is due, as a round does before it checks. */
export const claim = (
  app: INestApplicationContext,
  limit = 100,
  except: string[] = [],
): Promise<DueIntegration[]> => app.get(DueIntegrations, { strict: false }).claim(limit, except);

export const check = (app: INestApplicationContext, due: DueIntegration): Promise<void> =>
  app.get(DueIntegrations, { strict: false }).check(due);

export async function rowOf({ testApp }: ArgoBench, id: string): Promise<WatchedRow> {
  const [row] = await testApp.sql<WatchedRow>('SELECT * FROM integrations WHERE id = $1', [id]);
  return row!;
}

/** Seconds from now, by the application's clock, to the next check. */
export async function secondsLeft(bench: ArgoBench, id: string): Promise<number> {
  const { next_check_at: next } = await rowOf(bench, id);
  return (next!.getTime() - bench.testApp.clock.now()) / 1000;
}
