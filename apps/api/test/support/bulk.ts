import type { INestApplicationContext } from '@nestjs/common';
import { BulkRunner } from '../../src/integrations/bulk/bulk-runner.js';
import { type HeldOperation, BulkWork } from '../../src/integrations/bulk/bulk-work.js';
import type { ArgoBench } from './argocd.js';
import type { Account } from './test-app.js';

interface Operation {
  id: string;
  action: string;
  status: string;
  total: number;
  done: number;
  failed: number;
  skipped: number;
  created_at: string;
  finished_at: string | null;
}

export interface Item {
  integration_id: string;
  name: string;
  status: string;
  message: string | null;
}

/** Asks for it; nobody carries it out yet. */
export async function start(bench: ArgoBench, account: Account, body: object): Promise<Operation> {
  const answer = await bench.testApp.as(account).post('/integrations/bulk', body).expect(202);
  return answer.body.data.bulk_operation;
}

/** Carries out everything that waits, in this process. */
export async function carryOut(app: INestApplicationContext): Promise<void> {
  const runner = app.get(BulkRunner, { strict: false });
  await runner.round(new AbortController().signal);
  await runner.settled();
}

export async function read(
  bench: ArgoBench,
  account: Account,
  id: string,
): Promise<Operation & { items: Item[] }> {
  const { body } = await bench.testApp.as(account).get(`/bulk-operations/${id}`).expect(200);
  return body.data.bulk_operation;
}

export async function done(bench: ArgoBench, account: Account, body: object) {
  const { id } = await start(bench, account, body);
  await carryOut(bench.testApp.app);
  return read(bench, account, id);
}

/** Takes what waits, as a process does that is killed before it does anything. */
export const claim = (app: INestApplicationContext): Promise<HeldOperation[]> =>
  app.get(BulkWork, { strict: false }).claim(10, []);

/** The leases end, as they do by the clock of the database. */
export const endLeases = (bench: ArgoBench) =>
  bench.testApp.sql("UPDATE bulk_operations SET lease_until = now() - interval '1 second'");
