/** A body that is sent while it is read, piece by piece as the connection takes it. */
export class Upload {
  readonly stream: ReadableStream<Uint8Array>;
  /** What the caller's own source threw, which is the caller's to see as it is. */
  failure: { error: unknown } | undefined;

  readonly #pieces: AsyncIterator<Uint8Array | string>;

  /** @param moved told of each piece */
  constructor(source: AsyncIterable<Uint8Array | string>, moved: () => void) {
    const pieces = source[Symbol.asyncIterator]();
    this.#pieces = pieces;
    const encoder = new TextEncoder();
    this.stream = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const next = await this.#guard(() => pieces.next());
          moved();
          if (next.done === true) controller.close();
          else controller.enqueue(typeof next.value === 'string' ? encoder.encode(next.value) : next.value);
        },
        cancel: () => this.release(),
      },
      // Nothing is read ahead.
      { highWaterMark: 0 },
    );
  }

  /** Lets go of the source, which may be a file: fetch does not when the connection breaks. */
  release(): void {
    // Nobody waits for how it ends.
    this.#pieces.return?.().catch(() => undefined);
  }

  async #guard<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      this.failure = { error };
      throw error;
    }
  }
}
