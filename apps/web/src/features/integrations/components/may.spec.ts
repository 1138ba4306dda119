import { describe, expect, it } from '@jest/globals';
import type { Integration } from '../api/types';
import { may } from './may';

const integration = (...allowed: string[]) => ({ allowed_actions: allowed }) as Integration;

describe('what a person may do with an integration', () => {
  it('is what the server allowed, and nothing else', () => {
    const viewed = integration('integrations:test', 'credentials:inspect');
    expect(may(viewed, 'integrations:test')).toBe(true);
    expect(may(viewed, 'credentials:inspect')).toBe(true);
    expect(may(viewed, 'credentials:update')).toBe(false);
    expect(may(viewed, 'integrations:delete')).toBe(false);
  });

  it('is nothing without a word of the server', () => {
    expect(may(integration(), 'integrations:update')).toBe(false);
    expect(may(integration('integrations'), 'integrations:update')).toBe(false);
    expect(may(integration('integrations:update:all'), 'integrations:update')).toBe(false);
  });
});
