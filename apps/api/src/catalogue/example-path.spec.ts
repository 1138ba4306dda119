import { describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '@latchkey/catalogue';
import { examplePath } from './example-path.js';

const catalogue = loadCatalogue();

function pathOf(typeId: string, wayId?: string): string | null {
  const manifest = catalogue.get(typeId);
  const way = manifest?.auth.find(({ id }) => wayId === undefined || id === wayId);
  if (!manifest || !way) throw new Error(`${typeId} has no way ${wayId}`);
  return examplePath(manifest, way);
}

describe('the path to try through the proxy', () => {
  it('is what the connection test asks for', () => {
    expect(pathOf('github')).toBe('/user');
    expect(pathOf('github', 'github_app')).toBe('/installation/repositories?per_page=1');
  });

  it('leaves the configuration for whoever knows it', () => {
    expect(pathOf('generic_http')).toBe('{config.test_path}');
  });

  it('is the root where code does the test', () => {
    expect(pathOf('aws')).toBe('/');
  });

  it.each(['ssh', 'postgres'])('is none for %s, which does not speak HTTP', (typeId) => {
    expect(pathOf(typeId)).toBeNull();
  });
});
