import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../api/types';
import { idsOf, matching, sameIds } from './resource-filter';

const resource = (id: string, name: string, details = {}): Resource => ({
  id,
  name,
  details,
  selected: false,
  gone: false,
});
const resources = [
  resource('p1', 'Shop', { region: 'eu-central-1' }),
  resource('p2', 'Billing', { region: 'us-east-1' }),
];

describe('searching what an account reaches', () => {
  it.each<[string, string[]]>([
    ['', ['p1', 'p2']],
    ['  ', ['p1', 'p2']],
    ['shop', ['p1']],
    ['EAST bill', ['p2']],
    ['p2', ['p2']],
    ['shop east', []],
  ])('%j finds %j', (typed, found) => expect(idsOf(matching(resources, typed))).toEqual(found));
});

describe('a choice', () => {
  it.each<[string[], string[], boolean]>([
    [[], [], true],
    [['a', 'b'], ['b', 'a'], true],
    [['a'], ['a', 'b'], false],
    [['a'], ['b'], false],
  ])('of %j is that of %j: %p', (a, b, same) => expect(sameIds(a, b)).toBe(same));
});
