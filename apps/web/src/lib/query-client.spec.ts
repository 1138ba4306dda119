import { describe, expect, it } from '@jest/globals';
import { ApiError, networkError } from './api-error';
import { queryClient } from './query-client';

const { retry } = queryClient.getDefaultOptions().queries ?? {};
const isRetried = (failures: number, error: Error) => typeof retry === 'function' && retry(failures, error);

describe('a failed query', () => {
  it.each<[string, Error, boolean]>([
    ['no answer', networkError(new Error('offline')), true],
    ['a server in trouble', new ApiError('INTERNAL', 'Oh.', 503), true],
    ['a refusal', new ApiError('FORBIDDEN', 'No.', 403), false],
    ['too many calls', new ApiError('RATE_LIMITED', 'Slow down.', 429), false],
    ['a bug of ours', new TypeError('x is undefined'), false],
  ])('by %s is repeated: %p %p', (_name, error, repeated) => {
    expect(isRetried(0, error)).toBe(repeated);
    expect(isRetried(1, error)).toBe(repeated);
    expect(isRetried(2, error)).toBe(false);
  });

  it('never repeats a change', () => {
    expect(queryClient.getDefaultOptions().mutations?.retry).toBe(false);
  });
});
