import type { FieldSet } from './manifest.js';
import { templateFields } from './template.js';

/** Something JSON Schema cannot see, with the place in the manifest (a JSON pointer). */
export interface Problem {
  place: string;
  message: string;
}

/** Collects problems; each check adds the place it is at. */
export class Findings {
  readonly problems: Problem[] = [];

  add(place: string, message: string): void {
    this.problems.push({ place, message });
  }

  /** Runs a reader that throws on what it cannot read. */
  try(place: string, read: () => void): void {
    try {
      read();
    } catch (error) {
      this.add(place, error instanceof Error ? error.message : String(error));
    }
  }
}

export function checkUnique(found: Findings, place: string, ids: string[]): void {
  for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index))) {
    found.add(place, `“${id}” appears twice`);
  }
}

/** Every placeholder names a field that exists; secrets stand in placements only. */
export function checkTemplate(
  found: Findings,
  place: string,
  text: string,
  config: FieldSet,
  secrets?: Set<string>,
): void {
  found.try(place, () => {
    for (const { source, name } of templateFields(text)) {
      if (source === 'credentials' && !secrets)
        throw new Error(`{credentials.${name}} may stand in a placement only`);
      const known = source === 'config' ? Object.hasOwn(config.properties, name) : secrets?.has(name);
      if (!known) throw new Error(`there is no field ${source}.${name}`);
    }
  });
}

export function checkTexts(
  found: Findings,
  place: string,
  value: unknown,
  config: FieldSet,
  secrets?: Set<string>,
): void {
  if (typeof value === 'string') checkTemplate(found, place, value, config, secrets);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    if (!Array.isArray(value)) checkTemplate(found, `${place}/${key}`, key, config, secrets);
    checkTexts(found, `${place}/${key}`, item, config, secrets);
  }
}
