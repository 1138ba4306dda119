import { CredentialUnusableError } from './credential-unusable.error.js';

/** What is awaited, unless the caller gives up first; the others go on waiting. */
export async function within<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  const cancelled = (): CredentialUnusableError =>
    new CredentialUnusableError('timeout', 'The service that issues the tokens did not answer in time');
  if (signal.aborted) {
    promise.catch(() => undefined);
    throw cancelled();
  }
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(cancelled());
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
