import type { Schemas } from '@latchkey/api-client';
import type { BulkAction, Integration, IntegrationFilters } from '../../api/types';

/** Which integrations are meant: some by name, or all that a filter finds, on whatever page. */
export type Selection =
  { kind: 'some'; chosen: ReadonlyMap<string, string> } | { kind: 'matching'; total: number };

export const NOTHING: Selection = { kind: 'some', chosen: new Map() };

type Item = Pick<Integration, 'id' | 'name'>;

export function countOf(selection: Selection): number {
  return selection.kind === 'some' ? selection.chosen.size : selection.total;
}

export function isChosen(selection: Selection, id: string): boolean {
  return selection.kind === 'matching' || selection.chosen.has(id);
}

/** One more or less; from “all that match” it goes back to what is on the page. */
export function toggle(selection: Selection, { id, name }: Item, page: Item[]): Selection {
  const chosen = new Map(
    selection.kind === 'some' ? selection.chosen : page.map((each) => [each.id, each.name] as const),
  );
  if (!chosen.delete(id)) chosen.set(id, name);
  return { kind: 'some', chosen };
}

export type PageState = 'none' | 'some' | 'all';

export function pageState(selection: Selection, page: Item[]): PageState {
  const here = page.filter(({ id }) => isChosen(selection, id)).length;
  if (here === 0) return 'none';
  return here === page.length ? 'all' : 'some';
}

/** All of this page, or none of it; those of other pages stay. */
export function togglePage(selection: Selection, page: Item[]): Selection {
  if (selection.kind === 'matching') return NOTHING;
  const chosen = new Map(selection.chosen);
  const every = pageState(selection, page) === 'all';
  for (const { id, name } of page) {
    if (every) chosen.delete(id);
    else chosen.set(id, name);
  }
  return { kind: 'some', chosen };
}

/** What the server is asked. Deleting names how many, so that it cannot hit more than were seen. */
export function bulkBody(
  selection: Selection,
  { status, type, category, q }: IntegrationFilters,
  action: BulkAction,
): Schemas['StartBulkDto'] {
  const which =
    selection.kind === 'some'
      ? { ids: [...selection.chosen.keys()] }
      : { filter: { status, type, category, q } };
  return { ...which, action, confirm: action === 'delete' ? countOf(selection) : undefined };
}
