import { describe, expect, it } from '@jest/globals';
import type { BulkItem, BulkOperation } from '../../api/types';
import { byUrgency, ending, tally, titleOf } from './words';

const operation = (changes: Partial<BulkOperation>): BulkOperation => ({
  id: '01a1f807-0207-76e0-853d-88b57005c87d',
  action: 'test',
  status: 'completed',
  total: 3,
  done: 3,
  failed: 0,
  skipped: 0,
  created_at: '2026-01-01T00:00:00Z',
  finished_at: null,
  ...changes,
});

describe('work on many integrations', () => {
  it('is named while it goes on and after it', () => {
    expect(titleOf(operation({ status: 'running' }))).toBe('Testing 3 integrations');
    expect(titleOf(operation({ action: 'delete', total: 1 }))).toBe('Delete: 1 integration');
  });

  it('is counted, without what there is none of', () => {
    expect(tally(operation({}))).toBe('3 done');
    expect(tally(operation({ done: 1, failed: 1, skipped: 1 }))).toBe('1 done, 1 failed, 1 left out');
  });

  it('ends well only when nothing failed', () => {
    expect(ending(operation({})).tone).toBe('ok');
    expect(ending(operation({ failed: 1 })).tone).toBe('warn');
    expect(ending(operation({ status: 'cancelled' })).tone).toBe('idle');
    expect(ending(operation({ status: 'failed' })).tone).toBe('bad');
  });

  it('shows what went wrong first', () => {
    const item = (status: BulkItem['status']) => ({ status }) as BulkItem;
    expect(byUrgency([item('done'), item('queued'), item('failed')]).map(({ status }) => status)).toEqual([
      'failed',
      'queued',
      'done',
    ]);
  });
});
