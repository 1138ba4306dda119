import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ChannelPosition, decodePosition, encodePosition } from './channel-cursor.js';

const position: fc.Arbitrary<ChannelPosition> = fc.record({
  kinds: fc.constantFrom('all', 'public', 'private'),
  team: fc.constantFrom('', 'T024BE91L'),
  cursor: fc.string(),
  index: fc.nat(),
});

describe('a cursor', () => {
  it('leads back to where the page ended', () => {
    fc.assert(
      fc.property(position, (at) => {
        expect(decodePosition(encodePosition(at))).toEqual(at);
      }),
    );
  });

  it('that is not ours is refused, and nothing else happens', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((text) => Buffer.from(text).toString('base64url')),
        ),
        (text) => {
          expect(() => decodePosition(text)).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
        },
      ),
    );
  });
});
