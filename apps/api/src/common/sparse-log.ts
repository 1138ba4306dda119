const ONCE_IN_MS = 30_000;

/**
 * Says once in a while what happens all the time, and how many more there were: while the database is away every call fails
 * with it, and a line with a stack for each would bury the rest of the log.
 */
export class SparseLog {
  private last = Number.NEGATIVE_INFINITY;
  private silent = 0;

  /** @param now milliseconds, of a clock that only goes on */
  constructor(
    private readonly write: (line: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  say(line: string): void {
    const now = this.now();
    if (now - this.last < ONCE_IN_MS) {
      this.silent += 1;
      return;
    }
    this.write(this.silent > 0 ? `${line}, and ${this.silent} more since the last time` : line);
    this.last = now;
    this.silent = 0;
  }
}
