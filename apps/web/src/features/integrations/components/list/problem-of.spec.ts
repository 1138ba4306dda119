import { describe, expect, it } from '@jest/globals';
import type { Integration } from '../../api/types';
import { problemOf } from './problem-of';

const integration = (
  status: Integration['status'],
  error_message: string | null,
  error_code: string | null = null,
) => ({ status, error_message, error_code }) as Integration;

describe('the problem of an integration', () => {
  it.each(['active', 'pending', 'disabled'] as const)(
    'is none while it is %s, whatever went wrong before',
    (status) => {
      expect(problemOf(integration(status, 'Was down.', 'refused'))).toBeNull();
    },
  );

  it.each(['error', 'needs_reauth'] as const)('is what the server says while it is %s', (status) => {
    expect(problemOf(integration(status, 'The token has expired.', 'auth'))).toBe('The token has expired.');
  });

  it('is the kind of failure when the server does not say more', () => {
    expect(problemOf(integration('error', null, 'dns'))).toBe('The host name was not found');
    expect(problemOf(integration('error', null, 'constructor'))).toBe('The connection failed');
    expect(problemOf(integration('error', null))).toBe('The connection failed');
  });
});
