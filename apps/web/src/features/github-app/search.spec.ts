import { describe, expect, it } from '@jest/globals';
import { readClaimSearch } from './search';

describe('the address that GitHub leads to', () => {
  it.each([
    [{ installation_id: 4711 }, { installation_id: '4711' }],
    [
      { installation_id: '4711', app_id: 'installation', state: 'x' },
      { installation_id: '4711', app_id: 'installation' },
    ],
    [{ installation_id: '../4711' }, {}],
    [{ installation_id: -1, app_id: 'a b' }, {}],
    [{ installation_id: ['4711'] }, {}],
    [{}, {}],
  ])('%j says %j', (raw, said) => {
    const { installation_id, app_id } = readClaimSearch(raw);
    expect({ ...(installation_id && { installation_id }), ...(app_id && { app_id }) }).toEqual(said);
  });
});
