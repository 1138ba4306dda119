import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePath, readPath } from './paths.js';

const value = { a: { b: [{ c: 'found' }, null] }, items: [1, 2, 3], none: null, 'x-y': 1, empty: {} };

describe('readPath', () => {
  it.each([
    ['$', value],
    ['$.a.b[0].c', 'found'],
    ['$.a.b[1]', null],
    ['$.a.b[2]', undefined],
    ['$.a.b.length', undefined],
    ['$.missing.deep', undefined],
    ['$["x-y"]', 1],
    ['$.x-y', 1],
    ['$.items[0]', 1],
    ['$.items.0', 'refused'],
    ['count($.items)', 3],
    ['count($.none)', 0],
    ['count($.a)', 1],
    ['count($.missing)', undefined],
    ['count($.items[0])', undefined],
    ['$.toString', undefined],
    ['$.a.hasOwnProperty', undefined],
  ])('%s', (path, expected) => {
    if (expected === 'refused') expect(() => readPath(value, path)).toThrow(/is not a path/);
    else expect(readPath(value, path)).toEqual(expected);
  });

  it.each([
    'a.b',
    '$a',
    '$..a',
    '$.a[*]',
    '$.a[-1]',
    '$[?(@.x)]',
    '$.__proto__',
    '$["constructor"]',
    '$.prototype',
    `$${'.a'.repeat(20)}`,
  ])('refuses %s', (path) => {
    expect(() => parsePath(path)).toThrow();
  });

  it('never throws on any JSON and never leaves it', () => {
    const path = fc.constantFrom(
      '$.a.b[0].c',
      '$[0]',
      'count($.items)',
      '$.toString',
      '$.length',
      '$.valueOf.name',
    );
    fc.assert(
      fc.property(fc.jsonValue(), path, (json, text) => {
        const found = readPath(json, text);
        expect(typeof found).not.toBe('function');
      }),
    );
  });
});
