import { describe, expect, it } from '@jest/globals';
import { readNewTokenSearch, readTokensSearch } from './search';

describe('the address of the token pages', () => {
  it.each([
    [
      { status: 'revoked', page: 2 },
      { status: 'revoked', page: 2 },
    ],
    [{ status: 'lost', page: 0 }, {}],
    [{ page: '1.5' }, {}],
    [{ page: '3' }, { page: 3 }],
  ])('%j means %j', (raw, meaning) => {
    expect(readTokensSearch(raw)).toEqual(meaning);
  });

  it('names an integration by its identifier alone', () => {
    const id = '01a1f807-0207-76e0-853d-88b57005c87d';
    expect(readNewTokenSearch({ integration: id })).toEqual({ integration: id });
    expect(readNewTokenSearch({ integration: '../admin' })).toEqual({});
    expect(readNewTokenSearch({ integration: 7 })).toEqual({});
  });
});
