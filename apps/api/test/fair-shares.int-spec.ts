import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench } from './support/argocd.js';
import { carryOut, start } from './support/bulk.js';
import { eventually } from './support/counterpart.js';
import type { Account } from './support/test-app.js';
import { pathIntegration, round } from './support/watch.js';

const PLACES = 20;
/** The watch gives one organisation no more, as long as it is alone. */
const ALONE = 15;

let bench: ArgoBench;
let neighbour: Account;
let another: Account;
let hanging: PromiseWithResolvers<void>;

beforeAll(async () => {
  bench = await ArgoBench.start({ environment: { HEALTH_CHECK_CONCURRENCY: String(PLACES) } });
  neighbour = await bench.testApp.account();
  another = await bench.testApp.account();
});

beforeEach(async () => {
  await bench.testApp.sql('DELETE FROM bulk_operations; DELETE FROM integrations');
  for (const account of [bench.admin, neighbour, another]) await bench.signIn(account);
  hanging = Promise.withResolvers<void>();
  bench.counterpart.answers({
    '*': async ({ path }: { path: string }) => {
      if (path.startsWith('/hangs')) await hanging.promise;
      return { json: {} };
    },
  });
});

afterAll(() => bench.close());

async function make(account: Account, count: number, name: string): Promise<string[]> {
  const ids: string[] = [];
  for (let number = 0; number < count; number += 1)
    ids.push((await bench.create(account, pathIntegration(`${name}${number}`))).id);
  return ids;
}

const asked = (name: string): number =>
  bench.counterpart.requests.filter(({ path }) => path.startsWith(`/${name}`)).length;
const answered = (count: number, name: string) => eventually(() => asked(name) === count, `${name} is asked`);

async function whileHanging(work: Promise<void>, look: () => Promise<void>): Promise<void> {
  try {
    await look();
  } finally {
    hanging.resolve();
    await work;
  }
}

describe('the watch, with an organisation whose services hang', () => {
  it('checks those of others all the same, and all of everybody’s in the end', async () => {
    await make(bench.admin, PLACES, 'hangs');
    await make(neighbour, 9, 'well');
    await whileHanging(round(bench.testApp.app), async () => {
      await answered(9, 'well');
      await answered(ALONE, 'hangs');
    });
    expect(asked('hangs')).toBe(PLACES);
  });

  it('has a place left for a third when two of them hang', async () => {
    await make(bench.admin, PLACES, 'hangs');
    await make(another, PLACES, 'hangs-too');
    await make(neighbour, 3, 'well');
    await whileHanging(round(bench.testApp.app), async () => {
      await answered(3, 'well');
      expect(asked('hangs')).toBeLessThan(PLACES);
    });
    expect(asked('hangs')).toBe(2 * PLACES);
  });
});

describe('bulk operations, of an organisation whose services hang', () => {
  it('hold up nobody else’s', async () => {
    const ids = await make(bench.admin, 8, 'hangs');
    for (const pair of [ids.slice(0, 2), ids.slice(2, 4), ids.slice(4, 6), ids.slice(6)])
      await start(bench, bench.admin, { ids: pair, action: 'test' });
    await start(bench, neighbour, { ids: await make(neighbour, 3, 'well'), action: 'test' });
    await whileHanging(carryOut(bench.testApp.app), async () => {
      await answered(3, 'well');
      await answered(4, 'hangs');
    });
    expect(asked('hangs')).toBe(8);
  });
});
