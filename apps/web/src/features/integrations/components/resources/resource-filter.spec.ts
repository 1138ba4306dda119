import { describe, expect, it } from '@jest/globals';
import type { Resource } from '../../api/types';
import { idsOf, matching, sameIds, tellingOf } from './resource-filter';

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

describe('what tells a resource from others of its name', () => {
  it.each<[string, Resource, string]>([
    ['its id', resource('shop-prod', 'Shop', { number: '42' }), 'shop-prod · 42'],
    [
      'nothing that nobody reads',
      resource('0b9f7a52-6d0c-4a7e-9d57-1f0c3b2a1d00', 'docs', { url: 'a.example' }),
      'a.example',
    ],
    ['nothing twice', resource('acme', 'acme', { slug: 'acme' }), 'acme'],
    [
      'words of an API, as words',
      resource('p1', 'Shop', { status: 'ACTIVE_HEALTHY' }),
      'p1 · Active healthy',
    ],
  ])('is %s', (_, each, told) => {
    expect(tellingOf(each)).toBe(told);
  });
});
