/** What of an authorization response is read (RFC 6749, 4.1.2; RFC 9207); everything else is left alone. */
export interface CallbackParameters {
  /** Whatever came: it is judged where states are known. */
  state: unknown;
  code?: string;
  iss?: string;
  /** The error code of the provider. */
  error?: string;
  /** A parameter came twice, empty or too long, or was no text: the answer counts as none. */
  malformed: boolean;
}

const LONGEST = { code: 8192, iss: 2048, error: 256 } as const;

type Name = keyof typeof LONGEST;

const isAbsent = (value: unknown): boolean => value === undefined || value === null;

/** @param raw the query, where what came twice is a list, or the body. */
export function readCallback(raw: Record<string, unknown>): CallbackParameters {
  const own = (name: string): unknown => (Object.hasOwn(raw, name) ? raw[name] : undefined);
  const read: Partial<Record<Name, string>> = {};
  let malformed = false;
  for (const name of ['code', 'iss', 'error'] as const) {
    const value = own(name);
    if (isAbsent(value)) continue;
    if (typeof value === 'string' && value !== '' && value.length <= LONGEST[name]) read[name] = value;
    else malformed = true;
  }
  return { state: own('state'), ...read, malformed };
}
