import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ApiError, fieldErrorsOf, fieldErrorsUnder, messageOf, networkError, toApiError } from './api-error';

const answer = (status: number, requestId?: string) =>
  new Response(null, { status, headers: requestId ? { 'x-request-id': requestId } : {} });

describe('a failed answer', () => {
  it('is told in the words of the API', () => {
    const error = toApiError(
      { error: { code: 'CONFLICT', message: 'Taken.', details: { id: 'x' }, request_id: 'r-1' } },
      answer(409, 'r-2'),
    );
    expect(error).toMatchObject({
      code: 'CONFLICT',
      message: 'Taken.',
      status: 409,
      details: { id: 'x' },
      requestId: 'r-1',
    });
  });

  it('takes the request from the header when the body does not name it', () => {
    expect(toApiError({ error: { code: 'A', message: 'b' } }, answer(400, 'r-2')).requestId).toBe('r-2');
    expect(toApiError({ error: { code: 'A', message: 'b' } }, answer(400)).requestId).toBeNull();
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['no body', undefined],
    ['a text', '<html>'],
    ['an empty object', {}],
    ['an error that is null', { error: null }],
    ['an error that is a text', { error: 'bad gateway' }],
    ['the error of a proxy', { error: { code: 502, message: 'bad gateway' } }],
    ['an error without words', { error: {} }],
  ])('of %s is told in our own words', (_name, body) => {
    const failed = toApiError(body, answer(502, 'r-3'));
    expect(failed).toMatchObject({ code: 'UNKNOWN', status: 502, details: {}, requestId: 'r-3' });
    expect(failed.message).toMatch(/server had a problem/);
    expect(toApiError(body, answer(403)).message).toMatch(/refused/);
  });

  it('always has words and details, whatever the body', () => {
    const bodies = fc.oneof(fc.jsonValue(), fc.record({ error: fc.jsonValue() }));
    fc.assert(
      fc.property(bodies, fc.integer({ min: 400, max: 599 }), (body, status) => {
        const error = toApiError(body, answer(status));
        expect(error.message).not.toBe('');
        expect(typeof error.code).toBe('string');
        expect(error.status).toBe(status);
        expect(() => fieldErrorsOf(error)).not.toThrow();
      }),
    );
  });

  it('may have null for details', () => {
    const body = { error: { code: 'VALIDATION_FAILED', message: 'Check.', details: null } };
    expect(fieldErrorsOf(toApiError(body, answer(400)))).toEqual({});
  });
});

describe('the words for what was thrown', () => {
  it('are those of the API or of the network', () => {
    const cause = new TypeError('fetch failed');
    expect(messageOf(new ApiError('A', 'Not now.', 409))).toBe('Not now.');
    expect(networkError(cause)).toMatchObject({ code: 'NETWORK', status: 0, cause });
    expect(messageOf(networkError(cause))).toMatch(/did not answer/);
  });

  it.each([new Error('x is undefined'), 'text', null, undefined])(
    'keep the inside of the page from people (%p)',
    (thrown) => {
      expect(messageOf(thrown)).toMatch(/^Something unexpected/);
    },
  );
});

describe('field errors', () => {
  const refused = (details: Record<string, unknown>, code = 'VALIDATION_FAILED') =>
    new ApiError(code, 'Check the fields.', 400, details);

  it('are sentences by field', () => {
    const error = refused({ 'config.url': ['must be a URL', 'Too long.'], name: 'is taken', other: 7 });
    expect(fieldErrorsOf(error)).toEqual({
      'config.url': ['Must be a URL.', 'Too long.'],
      name: ['Is taken.'],
    });
  });

  it('come from a refused validation only', () => {
    expect(fieldErrorsOf(refused({ name: 'is taken' }, 'CONFLICT'))).toEqual({});
    expect(fieldErrorsOf(new Error('name'))).toEqual({});
  });

  it('under a prefix lose it, and no others are taken', () => {
    const errors = {
      'config.url': ['A.'],
      'config.a.b': ['B.'],
      configuration: ['C.'],
      config: ['D.'],
      name: ['E.'],
    };
    expect(fieldErrorsUnder(errors, 'config')).toEqual({ url: ['A.'], 'a.b': ['B.'] });
    expect(fieldErrorsUnder(errors, 'credentials')).toEqual({});
  });
});
