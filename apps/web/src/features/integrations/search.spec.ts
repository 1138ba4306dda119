import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readIntegrationSearch, readIntegrationsSearch, readWizardSearch } from './search';

/** Without the keys that say nothing, as the router writes it into the address. */
const said = (search: object) =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined));

describe('the address of the list', () => {
  it('says what to show', () => {
    const raw = {
      q: 'prod',
      status: 'needs_reauth',
      type: 'argocd',
      category: 'ci_cd',
      sort: '-created_at',
      page: 3,
      view: 'table',
      bulk: '01a1f807-0207-76e0-853d-88b57005c87d',
    };
    expect(readIntegrationsSearch(raw)).toEqual(raw);
  });

  it('says nothing it cannot mean', () => {
    const raw = {
      q: '',
      status: 'gone',
      type: {},
      category: null,
      sort: 'toString',
      page: 'x',
      view: 'map',
      bulk: 'all',
      a: 1,
    };
    expect(said(readIntegrationsSearch(raw))).toEqual({});
  });

  it.each<[unknown, number | undefined]>([
    [2, 2],
    ['2', 2],
    [1, undefined],
    [0, undefined],
    [-3, undefined],
    [2.5, undefined],
    [true, undefined],
    [[2], undefined],
    [{ valueOf: 2, toString: 2 }, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    [null, undefined],
    [undefined, undefined],
  ])('with the page %j means %p', (page, read) => {
    expect(readIntegrationsSearch({ page }).page).toBe(read);
  });

  it('may search for a number, which the router reads as one', () => {
    expect(readIntegrationsSearch({ q: 42 }).q).toBe('42');
    expect(readIntegrationsSearch({ q: 0 }).q).toBe('0');
  });
});

describe('the address of an integration', () => {
  it('says which tab, window and form are open', () => {
    const raw = { tab: 'settings', window: '7d', edit: 'credentials', connected: true };
    expect(readIntegrationSearch(raw)).toEqual(raw);
  });

  it('says nothing it cannot mean', () => {
    expect(said(readIntegrationSearch({ tab: 'overview', window: '2h', edit: true }))).toEqual({});
  });
});

describe('the address of a list within an integration', () => {
  it('says what is looked for', () => {
    const raw = { tab: 'repositories', q: 'web', archived: false, page: 2 };
    expect(said(readIntegrationSearch(raw))).toEqual(raw);
  });

  it('says nothing it cannot mean', () => {
    expect(said(readIntegrationSearch({ q: [], archived: 'perhaps', page: 0 }))).toEqual({});
  });
});

describe('the address of the wizard', () => {
  it('says the type and the step', () => {
    const raw = { type: 'github', method: 'app', step: 'test', category: 'ci_cd', q: 'git' };
    expect(readWizardSearch(raw)).toEqual(raw);
  });

  it('says nothing it cannot mean', () => {
    expect(
      said(readWizardSearch({ type: [], method: 'form', step: 'save', category: false, q: {} })),
    ).toEqual({});
  });
});

describe('whatever stands in an address', () => {
  const keys = fc.constantFrom(
    'q',
    'status',
    'type',
    'category',
    'sort',
    'page',
    'view',
    'tab',
    'window',
    'edit',
    'step',
    'archived',
    'method',
    'bulk',
    'connected',
  );
  const raws = fc.dictionary(keys, fc.oneof(fc.jsonValue(), fc.integer(), fc.string()));

  it.each([
    ['list', readIntegrationsSearch],
    ['integration', readIntegrationSearch],
    ['wizard', readWizardSearch],
  ] as const)('is read without fail, and the same when read again (%s)', (_name, read) => {
    fc.assert(
      fc.property(raws, (raw) => {
        const search = read(raw);
        expect(read({ ...search })).toEqual(search);
      }),
    );
  });
});
