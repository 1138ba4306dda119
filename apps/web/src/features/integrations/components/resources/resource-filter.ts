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
