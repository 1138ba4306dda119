/** Time and chance. A test brings its own. */
export interface Timing {
  /** Milliseconds since 1970. */
  now(): number;
  /** From 0 to just below 1. */
  random(): number;
  /** Runs it after so many milliseconds. @returns what calls it off */
  after(milliseconds: number, run: () => void): () => void;
}

export const systemTiming: Timing = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** @throws the signal's reason, as soon as it is aborted */
export function sleep(timing: Timing, milliseconds: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = timing.after(milliseconds, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}

/** The time one attempt has. */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timing: Timing;
  readonly #milliseconds: number;
  #cancel: () => void = () => undefined;
  #over = false;

  /** @param milliseconds 0 for no limit */
  constructor(timing: Timing, milliseconds: number) {
    this.#timing = timing;
    this.#milliseconds = milliseconds;
    this.restart();
  }

  /** Aborted when the time is up. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Begins the time anew: something moved. */
  restart(): void {
    this.#cancel();
    if (this.#milliseconds === 0 || this.#over) return;
    this.#cancel = this.#timing.after(this.#milliseconds, () => this.#controller.abort());
  }

  /** Nothing is awaited any more. */
  end(): void {
    this.#over = true;
    this.#cancel();
  }
}
