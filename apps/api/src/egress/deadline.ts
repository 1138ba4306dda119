import { EgressError } from './egress.error.js';

/** For people: 0.15 seconds, 10 seconds. */
export const seconds = (milliseconds: number): string => `${milliseconds / 1000} seconds`;

/** One clock for all hops of a call, and the caller's own signal. */
export class Deadline {
  readonly signal: AbortSignal;
  /** Rejects when the signal fires, and never resolves. */
  readonly passed: Promise<never>;
  answered = false;
  readonly #timer: NodeJS.Timeout;
  readonly #onCancel: () => void;
  #expired = false;

  constructor(
    readonly timeoutMs: number,
    readonly callers?: AbortSignal,
  ) {
    const controller = new AbortController();
    const { promise, reject } = Promise.withResolvers<never>();
    promise.catch(() => undefined);
    this.signal = controller.signal;
    this.passed = promise;
    const end = () => {
      controller.abort();
      reject(controller.signal.reason);
    };
    this.#timer = setTimeout(() => {
      this.#expired = true;
      end();
    }, timeoutMs);
    this.#onCancel = end;
    // Not AbortSignal.any: what it makes lives as long as the caller's signal, which may be the program's own.
    callers?.addEventListener('abort', end, { once: true });
    if (callers?.aborted) end();
  }

  /** What to tell when the call ended through this deadline. */
  error(host: string): EgressError | undefined {
    if (this.#expired) {
      const what = this.answered ? 'finish its answer' : 'answer';
      return new EgressError('timeout', `${host} did not ${what} within ${seconds(this.timeoutMs)}.`);
    }
    if (this.callers?.aborted !== true) return undefined;
    return cancelled(host, this.callers.reason);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.callers?.removeEventListener('abort', this.#onCancel);
  }
}

/** The caller's signal ended a call. */
export function cancelled(host: string, cause: unknown): EgressError {
  return new EgressError('timeout', `The call to ${host} was cancelled.`, { cause });
}
