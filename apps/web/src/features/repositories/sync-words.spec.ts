import { describe, expect, it } from '@jest/globals';
import type { Sync } from './api/types';
import { isUnderWay, outcomeOf, percentOf, progressOf, syncRefusal, troubleOf } from './sync-words';

const sync = (changes: Partial<Sync>): Sync => ({
  state: 'completed',
  total: null,
  done: 0,
  added: 0,
  changed: 0,
  removed: 0,
  error: null,
  requested_at: '2026-01-01T00:00:00.000Z',
  started_at: null,
  finished_at: null,
  ...changes,
});

describe('a sync under way', () => {
  it.each<[Sync['state'], boolean]>([
    ['queued', true],
    ['running', true],
    ['completed', false],
    ['failed', false],
  ])('%s: %p', (state, underWay) => {
    expect(isUnderWay(sync({ state }))).toBe(underWay);
  });

  it('is none before the first', () => {
    expect(isUnderWay(null)).toBe(false);
  });

  it.each<[Partial<Sync>, number | null]>([
    [{ total: null, done: 3 }, null],
    [{ total: 0, done: 0 }, 100],
    [{ total: 3, done: 1 }, 33],
    [{ total: 3, done: 2 }, 66],
    // Repositories are made while they are listed.
    [{ total: 3, done: 4 }, 100],
  ])('%j is at %p', (changes, percent) => {
    expect(percentOf(sync(changes))).toBe(percent);
  });

  it.each<[Partial<Sync>, string]>([
    [{ state: 'queued' }, 'Waiting for its turn'],
    [{ state: 'running' }, 'Asking GitHub how many there are'],
    [{ state: 'running', total: 1, done: 0 }, '0 of 1 repository'],
    [{ state: 'running', total: 1200, done: 1100 }, '1,100 of 1,200 repositories'],
  ])('%j says “%s”', (changes, told) => {
    expect(progressOf(sync(changes))).toBe(told);
  });
});

describe('a sync that is over', () => {
  it.each<[Partial<Sync>, string]>([
    [{}, 'nothing had changed'],
    [{ added: 1200 }, '1,200 added'],
    [{ added: 2, changed: 1, removed: 3 }, '2 added, 1 changed, 3 removed'],
    [{ removed: 1 }, '1 removed'],
  ])('%j says “%s”', (changes, told) => {
    expect(outcomeOf(sync(changes))).toBe(told);
  });
});

describe('the reason that comes with a sync', () => {
  it.each<[Sync['state'], RegExp]>([
    ['failed', /did not finish/],
    ['completed', /Not everything/],
    ['queued', /waits/],
    ['running', /waits/],
  ])('of one that is %s', (state, title) => {
    expect(troubleOf(sync({ state, error: 'GitHub is limiting our calls.' }))).toMatch(title);
  });
});

describe('whether GitHub can be asked', () => {
  it('says why not', () => {
    expect(syncRefusal({ status: 'active' }, true)).toBeNull();
    expect(syncRefusal({ status: 'error' }, true)).toBeNull();
    expect(syncRefusal({ status: 'active' }, false)).toMatch(/role/);
    expect(syncRefusal({ status: 'disabled' }, true)).toMatch(/Enable/);
    expect(syncRefusal({ status: 'needs_reauth' }, true)).toMatch(/again/);
  });
});
