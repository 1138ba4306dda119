import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { catalogue, PACKAGE } from '../test/support.js';
import { renderReference } from './reference.js';

describe('docs/catalogue.md', () => {
  it('is what the manifests say; when this fails, build and run node libs/catalogue/dist/write-reference.js', () => {
    const page = readFileSync(new URL('../../docs/catalogue.md', PACKAGE), 'utf8');
    expect(page).toBe(renderReference(catalogue));
  });
});
