import { describe, expect, it } from '@jest/globals';
import { readCallback } from './callback-parameters.js';

describe('the parameters of a callback', () => {
  it('are those that are read, and no others', () => {
    expect(readCallback({ state: 's', code: 'c', iss: 'https://a.example', scope: 'x', hd: 'y' })).toEqual({
      state: 's',
      code: 'c',
      iss: 'https://a.example',
      malformed: false,
    });
    expect(readCallback({ state: 's', error: 'access_denied', error_description: 'x' })).toEqual({
      state: 's',
      error: 'access_denied',
      malformed: false,
    });
  });

  it('may be absent, as nothing or as null', () => {
    expect(readCallback({})).toEqual({ state: undefined, malformed: false });
    expect(readCallback({ code: null, error: undefined })).toEqual({ state: undefined, malformed: false });
  });

  it.each([
    ['twice', { code: ['a', 'b'] }],
    ['empty', { code: '' }],
    ['far too long', { code: 'a'.repeat(8193) }],
    ['an object', { error: { a: 1 } }],
    ['a number', { code: 5 }],
    ['an error that is far too long', { error: 'a'.repeat(257) }],
    ['an issuer that is far too long', { iss: `https://${'a'.repeat(2050)}` }],
  ])('are malformed when one is %s', (_what, raw) => {
    expect(readCallback({ state: 's', ...raw })).toEqual({ state: 's', malformed: true });
  });

  it('are the object’s own', () => {
    expect(readCallback(Object.create({ code: 'inherited', state: 'inherited' }) as object as never)).toEqual(
      {
        state: undefined,
        malformed: false,
      },
    );
  });
});
