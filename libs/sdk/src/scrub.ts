const DEEPEST = 5;

/** Takes the token out of a text that came from elsewhere. */
export const scrub = (text: string, token: string): string => text.replaceAll(token, '[service token]');

/** Not `instanceof`: errors come from other realms too, such as a test runner's. */
const isError = (thrown: unknown): thrown is Error =>
  typeof thrown === 'object' && thrown !== null && typeof (thrown as Error).message === 'string';

/**
 * A copy of what another program's code threw, for `cause`. It keeps what tells the reason and drops the rest: the
 * errors of some HTTP clients carry the whole request, with its Authorization header.
 */
export function scrubbedError(thrown: unknown, token: string, depth = 0): Error {
  if (!isError(thrown)) return new Error(scrub(String(thrown), token));
  const { cause } = thrown;
  const copy = new Error(
    scrub(thrown.message, token),
    cause === undefined || depth === DEEPEST ? undefined : { cause: scrubbedError(cause, token, depth + 1) },
  );
  copy.name = scrub(String(thrown.name), token);
  copy.stack = scrub(String(thrown.stack ?? ''), token);
  const { code } = thrown as { code?: unknown };
  return typeof code === 'string' ? Object.assign(copy, { code: scrub(code, token) }) : copy;
}

/** The innermost reason in words: `fetch failed` says nothing, its cause does. */
export function reasonOf(error: Error): string {
  if (error.cause instanceof Error) return reasonOf(error.cause);
  return error.message || (error as { code?: string }).code || error.name;
}
