import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { slugify } from './organizations.repository.js';

describe('a slug', () => {
  it.each([
    ['Acme & Söhne GmbH', 'acme-sohne-gmbh'],
    ['  --Hello,  World!-- ', 'hello-world'],
    ['ÉCOLE', 'ecole'],
    ['日本', 'organization'],
    ['', 'organization'],
    ['../../etc/passwd', 'etc-passwd'],
    ['Ⅷ ½', 'viii-1-2'],
  ])('of %j is %s', (name, slug) => {
    expect(slugify(name)).toBe(slug);
  });

  it('is of lower-case letters, digits and single hyphens between them, at most 60', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const slug = slugify(name);
        expect(slug).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(slug.length).toBeLessThanOrEqual(60);
      }),
    );
  });

  it('does not end in a hyphen where a long name is cut', () => {
    expect(slugify(`${'a'.repeat(59)} b`)).toBe('a'.repeat(59));
  });
});
