import { formatValue, humanize } from '../../../../lib/format';
import { isUuid } from '../../../../lib/uuid';
import type { Resource } from '../../api/types';

/** Those whose name, id or details have every word that was typed. */
export function matching(resources: Resource[], typed: string): Resource[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return resources;
  return resources.filter(({ id, name, details }) => {
    const haystack = [name, id, ...Object.values(details)].join(' ').toLowerCase();
    return words.every((word) => haystack.includes(word));
  });
}

export const idsOf = (resources: Resource[]): string[] => resources.map(({ id }) => id);

export function sameIds(a: string[], b: string[]): boolean {
  return a.length === b.length && new Set([...a, ...b]).size === a.length;
}

/** A word of an API, such as `ACTIVE_HEALTHY`. */
const CONSTANT = /^[A-Z][A-Z_]{2,}$/;

/** What tells it from others of the same name: its id, unless nobody knows it by that, and what else is known. */
export function tellingOf({ id, name, details }: Resource): string {
  const known = Object.values(details).map((value) =>
    typeof value === 'string' && CONSTANT.test(value) ? humanize(value.toLowerCase()) : formatValue(value),
  );
  const own = isUuid(id) || id === name ? [] : [id];
  return [...new Set([...own, ...known])].join(' · ');
}
