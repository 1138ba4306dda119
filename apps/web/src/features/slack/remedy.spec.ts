import { describe, expect, it } from '@jest/globals';
import { ApiError, networkError } from '../../lib/api-error';
import { remedyOf } from './remedy';

const failed = (code: string, details = {}) => new ApiError(code, 'No.', 422, details);

describe('what helps when Slack shows no channels', () => {
  it.each([
    ['a limit', failed('RATE_LIMITED'), 'wait'],
    ['a scope that is missing', failed('CONNECTION_FAILED', { kind: 'permission' }), 'connect'],
    ['a token that was revoked', failed('CONNECTION_FAILED', { kind: 'auth' }), 'connect'],
    ['a consent that has ended', failed('REAUTHORIZATION_REQUIRED'), 'connect'],
    ['a fault of Slack', failed('UPSTREAM_ERROR'), 'retry'],
    ['a network that is down', networkError(new Error('offline')), 'retry'],
    ['a bug of ours', new TypeError('x is undefined'), 'retry'],
  ])('after %s', (_what, error, remedy) => {
    expect(remedyOf(error)).toBe(remedy);
  });
});
