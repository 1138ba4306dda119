import pg from 'pg';

/** A statement that is prepared once per connection; `name` stands for `text`. */
export interface PreparedStatement {
  name: string;
  text: string;
  values: unknown[];
}

const { prepareValue } = (pg as unknown as { utils: { prepareValue(value: unknown): unknown } }).utils;

/**
 * The statement with its values as they leave. One that cannot be written fails here: later, those that belong to it would be
 * on their way already, and be committed without it.
 */
export const written = (statement: PreparedStatement): PreparedStatement => ({
  ...statement,
  values: statement.values.map((value) => prepareValue(value)),
});

const names = new Map<string, string>();

/** A name for a text that is put together in one of a few ways. */
export function nameOf(text: string): string {
  const name = names.get(text) ?? `text ${names.size + 1}`;
  names.set(text, name);
  return name;
}
