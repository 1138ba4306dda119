/** A lease that was just extended outlives a database that does not answer for a while. */
const EXTEND_EVERY_MS = 3000;

/**
 * Works while the lease is extended again and again, so that it can be short: only that of one who died comes to its end.
 * @param extend false: it is somebody else's by now, and nothing brings it back. What is under way goes on all the same:
 *   whoever writes finds out by the fencing token.
 */
export async function whileExtending<T>(extend: () => Promise<boolean>, work: () => Promise<T>): Promise<T> {
  let isExtending = false;
  const beat = async (): Promise<void> => {
    if (isExtending) return;
    isExtending = true;
    try {
      if (!(await extend())) clearInterval(timer);
    } catch {
      // The database is away. Where it comes back before the lease ends, the next one is in time.
    } finally {
      isExtending = false;
    }
  };
  const timer = setInterval(() => void beat(), EXTEND_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
