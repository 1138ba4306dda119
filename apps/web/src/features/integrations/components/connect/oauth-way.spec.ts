import { describe, expect, it } from '@jest/globals';
import { askedScopes, providerName, scopesFrom, sentenceStart, usualScopes } from './oauth-way';

const scope = (name: string, byDefault: boolean, required = false) => ({
  name,
  allows: name,
  default: byDefault,
  required,
});
const scopes = [scope('read', true, true), scope('write', true), scope('admin', false)];

describe('the permissions that are asked for', () => {
  it('are the usual ones until somebody chooses', () => {
    expect(scopesFrom(scopes, undefined)).toEqual(['read', 'write']);
  });

  it('always have what is needed, and nothing that does not exist', () => {
    expect(scopesFrom(scopes, [])).toEqual(['read']);
    expect(scopesFrom(scopes, ['admin', 'gone'])).toEqual(['read', 'admin']);
  });
});

describe('what the server is asked for', () => {
  it('is left to it where there is nothing to choose', () => {
    expect(askedScopes([], undefined)).toBeUndefined();
    expect(askedScopes(scopes, [])).toEqual(['read']);
  });
});

describe('a list of permissions', () => {
  const rare = Array.from({ length: 9 }, (_, index) => scope(`rare${index}`, false));
  const names = (chosen?: string[]) => usualScopes([...scopes, ...rare], chosen).map(({ name }) => name);

  it('that is short shows all', () => {
    expect(usualScopes(scopes, undefined)).toEqual(scopes);
  });

  it('that is long shows what is usual or was chosen', () => {
    expect(names()).toEqual(['read', 'write']);
    expect(names(['rare3'])).toEqual(['read', 'write', 'rare3']);
  });

  it('shows a long list whole where nothing is usual', () => {
    expect(usualScopes(rare, undefined)).toEqual(rare);
  });
});

describe('whom a person meets there', () => {
  it('has its name, unless the type is for any service', () => {
    expect(providerName({ id: 'github', name: 'GitHub' })).toBe('GitHub');
    expect(sentenceStart(providerName({ id: 'generic_http', name: 'Generic HTTP API' }))).toBe('The service');
  });
});
