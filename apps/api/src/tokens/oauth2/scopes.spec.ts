import { loadCatalogue } from '@latchkey/catalogue';
import { describe, expect, it } from '@jest/globals';
import { missingScopes } from './scopes.js';

const catalogue = loadCatalogue();
const wayOf = (type: string) => catalogue.get(type)!.auth.find(({ id }) => id === 'oauth2')!;

describe('scopes that were not granted', () => {
  it.each<[string, string, string[], string[] | null, string[]]>([
    ['all of them', 'github', ['repo', 'read:org'], ['read:org', 'repo'], []],
    ['one that was unticked', 'github', ['repo', 'read:org'], ['repo'], ['read:org']],
    [
      'one that another brings along',
      'github',
      ['repo', 'public_repo', 'admin:org', 'read:org'],
      ['repo', 'admin:org'],
      [],
    ],
    ['nothing said', 'github', ['repo'], null, []],
    ['none', 'github', ['repo'], [], ['repo']],
    ['more than was asked for', 'github', ['read:org'], ['read:org', 'repo'], []],
    [
      'another name for it',
      'google_cloud',
      ['openid', 'email'],
      ['openid', 'https://www.googleapis.com/auth/userinfo.email'],
      [],
    ],
    ['one whose other name is missing', 'google_cloud', ['email'], ['openid'], ['email']],
    ['one that is never named', 'vercel', ['openid', 'offline_access'], ['openid'], []],
    [
      'those of a server nobody knows',
      'generic_http',
      ['read', 'offline_access'],
      ['read'],
      ['offline_access'],
    ],
    [
      'who somebody is, of a server nobody knows',
      'generic_http',
      ['openid', 'profile', 'email', 'read'],
      ['https://www.googleapis.com/auth/userinfo.email', 'read'],
      [],
    ],
  ])('%s', (_what, type, asked, granted, missing) => {
    expect(missingScopes(wayOf(type), asked, granted)).toEqual(missing);
  });

  it('a refresh token is what offline_access is for, named or not (Microsoft Entra ID)', () => {
    expect(missingScopes(wayOf('generic_http'), ['read', 'offline_access'], ['read'], true)).toEqual([]);
    expect(missingScopes(wayOf('generic_http'), ['write', 'offline_access'], ['read'], true)).toEqual([
      'write',
    ]);
  });
});
