import { describe, expect, it } from '@jest/globals';
import { ApiError } from '../../../lib/api-error';
import { authMessage } from './auth-errors';

const refused = (code: string, details: Record<string, unknown> = {}) =>
  new ApiError(code, 'The words of the API.', 400, details);

describe('why a sign-in did not work', () => {
  it('does not tell whether the account exists', () => {
    expect(authMessage(refused('INVALID_CREDENTIALS'))).toBe(
      'The e-mail address or the password is not right.',
    );
  });

  it.each<[unknown, string]>([
    [1, 'Try again in 1 second.'],
    [29.2, 'Try again in 30 seconds.'],
    ['45', 'Try again in 45 seconds.'],
    [90, 'Try again in 2 minutes.'],
    [900, 'Try again in 15 minutes.'],
    [0, 'Wait a while and try again.'],
    [-5, 'Wait a while and try again.'],
    [null, 'Wait a while and try again.'],
    [undefined, 'Wait a while and try again.'],
    ['soon', 'Wait a while and try again.'],
  ])('with %j seconds to wait says %s', (seconds, wait) => {
    expect(authMessage(refused('ACCOUNT_LOCKED', { retry_after: seconds }))).toContain(wait);
    expect(authMessage(refused('RATE_LIMITED', { retry_after: seconds }))).toContain(wait);
  });

  it('is otherwise told by the API, or in general', () => {
    expect(authMessage(refused('EMAIL_TAKEN'))).toBe('The words of the API.');
    expect(authMessage(new Error('inside'))).not.toContain('inside');
  });
});
