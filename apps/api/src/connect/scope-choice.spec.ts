import { describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '@latchkey/catalogue';
import { AppError } from '../common/app-error.js';
import { chooseScopes } from './scope-choice.js';

const catalogue = loadCatalogue();

function partyOf(typeId: string, config: Record<string, string> = {}) {
  const manifest = catalogue.get(typeId)!;
  return { manifest, way: manifest.auth.find(({ oauth2 }) => oauth2)!, config };
}

const generic = (scopes: string) =>
  partyOf('generic_http', {
    base_url: 'https://api.example',
    authorization_url: 'https://login.example/authorize',
    token_url: 'https://login.example/token',
    oauth_scopes: scopes,
  });

describe('the scopes to ask for', () => {
  it('are the usual ones unless somebody chooses, and those of last time when somebody did', () => {
    expect(chooseScopes(partyOf('github'), undefined, undefined)).toEqual(['repo', 'read:org']);
    expect(chooseScopes(partyOf('github'), ['user'], ['repo'])).toEqual(['user']);
    expect(chooseScopes(partyOf('github'), undefined, ['user', 'gone:since'])).toEqual(['user']);
    expect(chooseScopes(partyOf('github'), undefined, [])).toEqual([]);
  });

  it('always hold those without which the connection is of no use', () => {
    expect(chooseScopes(partyOf('vercel'), ['openid'], undefined)).toEqual(['openid', 'offline_access']);
    expect(chooseScopes(partyOf('vercel'), undefined, [])).toEqual(['offline_access']);
  });

  it('are those of the settings where no manifest knows the provider, as they stand there now', () => {
    expect(chooseScopes(generic('read, write  admin'), undefined, ['read'])).toEqual([
      'read',
      'write',
      'admin',
    ]);
    expect(chooseScopes(generic('read write'), ['write'], undefined)).toEqual(['write']);
    expect(chooseScopes(generic(''), undefined, undefined)).toEqual([]);
  });

  it.each([
    ['one that the provider does not have', partyOf('github'), 'repo:everything'],
    ['any, where there are none', generic(''), 'read'],
    ['one that is not in the settings', generic('read'), 'write'],
    ['a name that objects have', partyOf('github'), '__proto__'],
  ])('cannot be %s', (_what, party, scope) => {
    expect(() => chooseScopes(party, [scope], undefined)).toThrow(AppError);
  });
});
