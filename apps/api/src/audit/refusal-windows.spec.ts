import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { AuditEntry } from './audit-chain.js';
import { MOST_IDS, PERIOD_MS, RefusalWindows, ROWS_AT_ONCE } from './refusal-windows.js';

const ORGANIZATION = '00000000-0000-7000-8000-000000000001';

const entry = (id: string | null): AuditEntry => ({
  actor: { kind: 'system', component: 'a test' },
  action: 'access.denied',
  resourceType: 'resource',
  resourceId: id,
  outcome: 'blocked',
});

/** @returns whether it has a row. */
function refuse(windows: RefusalWindows, caller: string, id: string | null, now: number): boolean {
  const hasRow = windows.hasRow(caller, now);
  if (!hasRow) windows.count(caller, ORGANIZATION, entry(id), now);
  return hasRow;
}

describe('refusals', () => {
  it('have a row each at first, and one together for those that follow within the minute', () => {
    const windows = new RefusalWindows();
    const ids = [...Array.from({ length: ROWS_AT_ONCE }, (_, at) => `id ${at}`), 'f', 'g', 'f'];
    const rows = ids.map((id, at) => refuse(windows, 'x', id, at));

    expect(rows.filter(Boolean)).toHaveLength(ROWS_AT_ONCE);
    expect(windows.take(PERIOD_MS - 1)).toEqual([]);
    expect(windows.take(PERIOD_MS)).toEqual([
      { organizationId: ORGANIZATION, last: entry('f'), times: 3, ids: new Set(['f', 'g']) },
    ]);
    expect(windows.take(2 * PERIOD_MS)).toEqual([]);
    expect(refuse(windows, 'x', 'a', PERIOD_MS)).toBe(true);
  });

  it('name as many ids as a row holds', () => {
    const windows = new RefusalWindows();
    for (let number = 0; number < 1000; number += 1) refuse(windows, 'x', `id ${number}`, 0);

    const [repeated] = windows.take(PERIOD_MS);
    expect(repeated!.times).toBe(1000 - ROWS_AT_ONCE);
    expect(repeated!.ids.size).toBe(MOST_IDS);
  });

  it('come again as what they were when they could not be written', () => {
    const windows = new RefusalWindows();
    for (let number = 0; number <= ROWS_AT_ONCE; number += 1) refuse(windows, 'x', null, 0);
    const first = windows.take(PERIOD_MS);
    windows.keep(first);

    expect(first).toHaveLength(1);
    expect(windows.take(PERIOD_MS)).toEqual(first);
  });

  it('are all told, whoever is refused and whenever, in few rows', () => {
    const refusal = fc.record({ caller: fc.constantFrom('x', 'y'), wait: fc.nat({ max: 20_000 }) });
    fc.assert(
      fc.property(fc.array(refusal, { maxLength: 200 }), (refusals) => {
        const windows = new RefusalWindows();
        const told = { alone: 0, together: 0, rows: 0 };
        const write = (now: number) => {
          const repeated = windows.take(now);
          told.together += repeated.reduce((sum, { times }) => sum + times, 0);
          told.rows += repeated.length;
        };
        let now = 0;
        for (const { caller, wait } of refusals) {
          now += wait;
          if (refuse(windows, caller, null, now)) told.alone += 1;
          if (wait % 7 === 0) write(now);
        }
        write(Infinity);

        expect(told.alone + told.together).toBe(refusals.length);
        const minutes = Math.floor(now / PERIOD_MS) + 1;
        expect(told.alone + told.rows).toBeLessThanOrEqual(2 * minutes * (ROWS_AT_ONCE + 1));
      }),
    );
  });
});
