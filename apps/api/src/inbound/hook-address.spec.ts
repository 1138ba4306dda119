import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hookAddress, readHookAddress } from './hook-address.js';

describe('the address of a hook', () => {
  it('names the organisation and the App', () => {
    fc.assert(
      fc.property(fc.uuid({ version: 7 }), fc.uuid({ version: 7 }), (organizationId, id) => {
        const address = hookAddress({ organizationId, id });
        expect(address).toHaveLength(59);
        expect(readHookAddress(address)).toEqual({ organizationId, id });
      }),
    );
  });

  it('that is none is not taken for one', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readHookAddress(text)).toBeUndefined();
      }),
    );
    const address = hookAddress({ organizationId: crypto.randomUUID(), id: crypto.randomUUID() });
    expect(readHookAddress(`${address}.`)).toBeUndefined();
    expect(readHookAddress(address.slice(1))).toBeUndefined();
  });
});
