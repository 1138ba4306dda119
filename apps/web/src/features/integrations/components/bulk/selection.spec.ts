import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  bulkBody,
  countOf,
  isChosen,
  NOTHING,
  pageState,
  type Selection,
  toggle,
  togglePage,
} from './selection';

const item = (id: string) => ({ id, name: `Name of ${id}` });
const page = ['a', 'b', 'c'].map(item);
const other = ['d', 'e'].map(item);
const matching: Selection = { kind: 'matching', total: 57 };

describe('a selection', () => {
  it('takes one in and lets it go', () => {
    const one = toggle(NOTHING, item('a'), page);
    expect(isChosen(one, 'a')).toBe(true);
    expect(countOf(one)).toBe(1);
    expect(countOf(toggle(one, item('a'), page))).toBe(0);
  });

  it('takes in a page and keeps those of others', () => {
    const both = togglePage(togglePage(NOTHING, page), other);
    expect(countOf(both)).toBe(5);
    expect(countOf(togglePage(both, other))).toBe(3);
  });

  it('says how much of a page it has', () => {
    expect(pageState(NOTHING, page)).toBe('none');
    expect(pageState(toggle(NOTHING, item('b'), page), page)).toBe('some');
    expect(pageState(togglePage(NOTHING, page), page)).toBe('all');
    expect(pageState(matching, page)).toBe('all');
    expect(pageState(NOTHING, [])).toBe('none');
  });

  it('of all that match becomes that of the page when one is taken out', () => {
    const rest = toggle(matching, item('b'), page);
    expect(rest.kind === 'some' && [...rest.chosen.keys()]).toEqual(['a', 'c']);
    expect(togglePage(matching, page)).toEqual(NOTHING);
  });

  it('counts what it has, whatever was pressed', () => {
    const pressed = fc.array(fc.constantFrom(...page, ...other));
    fc.assert(
      fc.property(pressed, (items) => {
        const selection = items.reduce<Selection>((now, each) => toggle(now, each, page), NOTHING);
        const odd = [...page, ...other].filter(
          ({ id }) => items.filter((each) => each.id === id).length % 2 === 1,
        );
        expect(countOf(selection)).toBe(odd.length);
        for (const { id } of odd) expect(isChosen(selection, id)).toBe(true);
      }),
    );
  });
});

describe('what is asked of the server', () => {
  const filters = { q: 'prod', status: 'error', sort: 'name', page: 2 } as const;

  it('names the integrations that were chosen', () => {
    expect(bulkBody(togglePage(NOTHING, other), filters, 'test')).toEqual({
      ids: ['d', 'e'],
      action: 'test',
      confirm: undefined,
    });
  });

  it('names the filter, without the page, when all that match are meant', () => {
    expect(bulkBody(matching, filters, 'disable')).toEqual({
      filter: { q: 'prod', status: 'error', type: undefined, category: undefined },
      action: 'disable',
      confirm: undefined,
    });
  });

  it('says how many may be deleted', () => {
    expect(bulkBody(matching, filters, 'delete').confirm).toBe(57);
    expect(bulkBody(togglePage(NOTHING, page), filters, 'delete').confirm).toBe(3);
  });
});
