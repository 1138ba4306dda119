import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requestHeaders, responseHeaders } from './headers.js';

const DROPPED = [
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'host',
  'authorization',
  'cookie',
  'content-length',
  'expect',
  'via',
  'forwarded',
  'x-real-ip',
  'proxy-authorization',
  'proxy-connection',
  'x-forwarded-for',
  'x-forwarded-host',
  'x_forwarded_proto',
];
const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,15}$/);
const value = fc.stringMatching(/^[ -~]{0,20}$/);

describe('headers of a proxied call', () => {
  it('never hold what is the caller’s own, whatever else they hold', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.oneof(name, fc.constantFrom(...DROPPED)), value), (callers) => {
        const sent = Object.keys(requestHeaders(callers, {}, {}));
        expect(sent.filter((each) => DROPPED.includes(each))).toEqual([]);
      }),
    );
  });

  it('hold the credential as it is placed, whatever the caller sends', () => {
    fc.assert(
      fc.property(
        fc.dictionary(name, value),
        fc.dictionary(name, value, { minKeys: 1 }),
        (callers, placed) => {
          const sent = requestHeaders(
            { ...callers, ...placed, authorization: 'mine' },
            { ...callers },
            placed,
          );
          expect(sent).toMatchObject(placed);
        },
      ),
    );
  });

  it('hold nothing that Connection names', () => {
    const sent = requestHeaders(
      { connection: 'close, X-One ,x-two', 'x-one': '1', 'x-two': '2', 'x-three': '3' },
      {},
      {},
    );
    expect(sent).toEqual({ 'x-three': '3' });
    expect(
      responseHeaders({ connection: ['x-one', 'X-Two'], 'x-one': '1', 'x-two': '2', 'x-three': '3' }),
    ).toEqual({
      'x-three': '3',
    });
  });

  it('are the caller’s before the type’s own, and one of each name', () => {
    const defaults = { Accept: 'type', 'X-Version': '1' };
    expect(requestHeaders({ accept: 'caller' }, defaults, { 'X-KEY': 'k' })).toEqual({
      accept: 'caller',
      'x-version': '1',
      'x-key': 'k',
    });
  });
});
