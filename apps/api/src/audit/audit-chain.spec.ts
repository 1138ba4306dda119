import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { type AuditRow, canonicalForm, chainHash, GENESIS, nextRow } from './audit-chain.js';

const ORGANIZATION = '01890000-0000-7000-8000-000000000001';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const unknown = fc.option(text);
const rows: fc.Arbitrary<Omit<AuditRow, 'hash' | 'previous_hash'>> = fc.record({
  organization_id: fc.uuid(),
  sequence: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  id: fc.uuid(),
  created_at: fc.date({ noInvalidDate: true, min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z') }),
  actor_type: text,
  actor_id: fc.option(fc.uuid()),
  action: text,
  resource_type: text,
  resource_id: fc.option(fc.uuid()),
  outcome: text,
  ip: unknown,
  user_agent: unknown,
  request_id: unknown,
  metadata: fc.dictionary(text, fc.jsonValue({ stringUnit: 'binary' })),
});

describe('the canonical form of an audit row', () => {
  it('is that of RFC 8785, whatever the row holds', () => {
    fc.assert(
      fc.property(rows, (row) => {
        expect(canonicalForm(row)).toBe(canonicalize({ ...row, created_at: row.created_at.toISOString() }));
      }),
      { numRuns: 500 },
    );
  });

  it('is hashed after the hash before', () => {
    const [row] = fc.sample(rows, { numRuns: 1, seed: 1 });
    const previous = Buffer.alloc(32, 7);

    const expected = createHash('sha256')
      .update(previous)
      .update(canonicalize({ ...row!, created_at: row!.created_at.toISOString() })!)
      .digest();
    expect(chainHash(row!, previous)).toEqual(expected);
  });

  it('is refused to text that would be another one when it is read again', () => {
    const [row] = fc.sample(rows, { numRuns: 1, seed: 1 });

    expect(() => chainHash({ ...row!, user_agent: 'curl \ud800' }, GENESIS.hash)).toThrow('canonical form');
  });
});

describe('rows of one moment', () => {
  it('have ids that are unique and sort as the rows follow each other', () => {
    const at = new Date('2026-01-01T00:00:00.000Z');
    const made = [GENESIS as AuditRow];
    const entry = {
      actor: { kind: 'system', component: 'test' },
      action: 'test.done',
      resourceType: 'test',
      resourceId: null,
      outcome: 'success',
    } as const;
    for (let count = 0; count < 600; count += 1) made.push(nextRow(made.at(-1)!, ORGANIZATION, entry, at));

    const ids = made.slice(1).map(({ id }) => id);
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids.map((id) => id.slice(-12))).size).toBe(600);
  });
});
