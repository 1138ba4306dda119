import { describe, expect, it } from '@jest/globals';
import { readIntegrationsSearch } from './search';
describe('x', () => { it('y', () => { expect(readIntegrationsSearch({page: 2}).page).toBe(2); }); });
