import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { safeRedirect } from './safe-redirect';

const HERE = 'https://latchkey.example';

describe('where a sign-in leads', () => {
  it.each(['/', '/integrations', '/integrations?q=a%20b&page=2#top', '/integrations/1?tab=settings'])(
    'may be %s',
    (path) => {
      expect(safeRedirect(path)).toBe(path);
    },
  );

  it.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/\n\\evil.example',
    '\\\\evil.example',
    'javascript:alert(1)',
    'integrations',
    ' /integrations',
    '',
    7,
    null,
    undefined,
    ['/integrations'],
  ])('may not be %j', (value) => {
    expect(safeRedirect(value)).toBeUndefined();
  });

  it('is always within this app', () => {
    const tricky = fc.array(
      fc.constantFrom(
        '/',
        '\\',
        '\t',
        '\n',
        '\r',
        '.',
        '@',
        ':',
        ' ',
        '%2f',
        '?',
        '#',
        'evil.example',
        'https',
      ),
    );
    const addresses = fc.oneof(
      tricky.map((parts) => `/${parts.join('')}`),
      fc.string({ unit: 'binary' }).map((text) => `/${text}`),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(addresses, (address) => {
        const kept = safeRedirect(address);
        if (kept !== undefined) expect(new URL(kept, HERE).origin).toBe(HERE);
      }),
      { numRuns: 1000 },
    );
  });
});
