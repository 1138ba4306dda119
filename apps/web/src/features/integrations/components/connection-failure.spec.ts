import { describe, expect, it } from '@jest/globals';
import { ApiError, networkError } from '../../../lib/api-error';
import { connectionFailureOf } from './connection-failure';
import { failureAdvice, failureTitle } from './failure-kinds';

const failed = (details: Record<string, unknown>, code = 'CONNECTION_FAILED') =>
  new ApiError(code, 'The test failed.', 422, details);

describe('a failed test', () => {
  it('says what the service answered and what to do', () => {
    const details = {
      kind: 'auth',
      reason: '401 from the API',
      hint: 'Renew it.',
      status_code: 401,
      response_time_ms: 84,
    };
    expect(connectionFailureOf(failed(details))).toEqual({
      title: failureTitle('auth'),
      reason: '401 from the API',
      hint: 'Renew it.',
      statusCode: 401,
      responseTimeMs: 84,
    });
  });

  it('says what is known when the details are few or strange', () => {
    const general = {
      title: 'The connection failed',
      reason: 'The test failed.',
      hint: failureAdvice(null),
      statusCode: null,
      responseTimeMs: null,
    };
    expect(connectionFailureOf(failed({}))).toEqual(general);
    const strange = { kind: 7, reason: '', hint: null, status_code: '401', response_time_ms: {} };
    expect(connectionFailureOf(failed(strange))).toEqual(general);
    expect(connectionFailureOf(failed({ kind: 'toString' }))).toEqual(general);
  });

  it('that never left says that the address is not allowed', () => {
    expect(connectionFailureOf(failed({}, 'EGRESS_BLOCKED'))?.title).toBe(failureTitle('blocked'));
  });

  it.each([failed({ kind: 'auth' }, 'VALIDATION_FAILED'), networkError(null), new Error('x'), null])(
    'is not every error (%p)',
    (error) => {
      expect(connectionFailureOf(error)).toBeNull();
    },
  );
});
