import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { cancelled, seconds } from './deadline.js';
import { EgressError, RequestTooLargeError, toEgressError } from './egress.error.js';

/** What ends a streamed call; times in milliseconds, sizes in bytes as they go over the wire. */
export interface StreamLimits {
  /** From the last byte of the request to the headers of the answer, look-up and connection included. */
  headersMs: number;
  /** Between two pieces of a body, whichever side keeps the other waiting. */
  idleMs: number;
  /** The call as a whole. */
  totalMs: number;
  requestBytes: number;
  responseBytes: number;
}

export interface EgressStreamResponse {
  status: number;
  /** Lower-case names. */
  headers: Record<string, string | string[] | undefined>;
  /** As it came, not decompressed. Destroying it ends the call; it fails with an EgressError. */
  body: Readable;
  /** The whole body where it has arrived together with the headers, as small ones do; `body` is used up then. */
  whole: () => Buffer | undefined;
}

type Headers = EgressStreamResponse['headers'];

/** Chunks are undone; another coding (RFC 9112, 7) would be lost on the way and leave bytes that nobody can read. */
const isCoded = ({ 'transfer-encoding': coding }: Headers): boolean =>
  coding !== undefined && !/^(chunked|identity)$/i.test(String(coding));

/**
 * One call whose bodies pass through, as undici's handler of its events. A body is held back at its source
 * while the other side does not take it: at most one stream buffer is ever kept here.
 */
export class StreamedCall implements Dispatcher.DispatchHandler {
  /** Rejects with an EgressError and nothing else. */
  readonly answer: Promise<EgressStreamResponse>;
  /** Resolves when nothing of the call is left: the body was read or destroyed, or there was no answer. */
  readonly ended: Promise<void>;
  readonly #answer = Promise.withResolvers<EgressStreamResponse>();
  readonly #ended = Promise.withResolvers<void>();
  readonly #started = performance.now();
  readonly #onCancel = () => this.fail(cancelled(this.host, this.signal?.reason));
  #controller: Dispatcher.DispatchController | undefined;
  #body: Readable | undefined;
  #timer: NodeJS.Timeout | undefined;
  #moved = this.#started;
  #sent = 0;
  #received = 0;
  #failure: EgressError | undefined;
  #complete = false;

  /** @param sending whether a body is streamed to the server, which then sets the pace. */
  constructor(
    private readonly host: string,
    private readonly limits: StreamLimits,
    private sending: boolean,
    private readonly signal?: AbortSignal,
  ) {
    this.answer = this.#answer.promise;
    this.ended = this.#ended.promise;
    signal?.addEventListener('abort', this.#onCancel, { once: true });
    this.#watch();
    if (signal?.aborted) this.#onCancel();
  }

  /** Ends the call with this reason, wherever it stands. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = toEgressError(error, this.host);
    if (this.#body === undefined) {
      this.#stop();
      this.#answer.reject(this.#failure);
    } else {
      // Later, so that whoever waited for the headers has the body in hands when it fails.
      setImmediate((body, reason) => body.destroy(reason), this.#body, this.#failure);
    }
    // Without a controller the call still waits for a connection: it is turned away when its turn comes.
    if (!this.#complete) this.#controller?.abort(this.#failure);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#failure !== undefined) controller.abort(this.#failure);
  }

  onBodySent(chunk: Buffer): void {
    this.#moved = performance.now();
    this.#sent += chunk.length;
    if (this.#sent > this.limits.requestBytes) this.fail(new RequestTooLargeError(this.limits.requestBytes));
  }

  onRequestSent(): void {
    this.sending = false;
    this.#entered(this.limits.headersMs);
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: Headers): void {
    if (status < 200 || this.#failure !== undefined) return;
    if (isCoded(headers)) {
      const reason = `${this.host} sent its answer in a transfer coding that was not asked for.`;
      return this.fail(new EgressError('bad_response', reason));
    }
    const body = new Readable({
      read: () => {
        this.#moved = performance.now();
        controller.resume();
      },
      destroy: (error, done) => {
        this.#stop();
        if (!this.#complete) controller.abort(error ?? cancelled(this.host, undefined));
        done(error);
      },
    });
    // A failure that comes when nobody listens any more is nobody's, and would end the process.
    body.on('error', () => undefined);
    this.#body = body;
    this.#entered(this.limits.idleMs);
    this.#answer.resolve({ status, headers, body, whole: () => this.#whole(body) });
  }

  #whole(body: Readable): Buffer | undefined {
    if (!this.#complete || this.#failure !== undefined || body.readableLength !== this.#received)
      return undefined;
    const whole = this.#received === 0 ? Buffer.alloc(0) : (body.read() as Buffer);
    body.destroy();
    return whole;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#body === undefined || this.#failure !== undefined) return;
    this.#moved = performance.now();
    this.#received += chunk.length;
    const { responseBytes } = this.limits;
    if (this.#received > responseBytes) {
      const reason = `${this.host} sent a larger answer than the ${responseBytes} bytes accepted.`;
      this.fail(new EgressError('bad_response', reason));
    } else if (!this.#body.push(chunk)) {
      controller.pause();
    }
  }

  onResponseEnd(): void {
    this.#complete = true;
    this.#body?.push(null);
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    this.fail(error);
  }

  #stop(): void {
    clearTimeout(this.#timer);
    this.signal?.removeEventListener('abort', this.#onCancel);
    this.#ended.resolve();
  }

  /** Another wait has begun; a shorter one than that before would be noticed too late. */
  #entered(pause: number): void {
    this.#moved = performance.now();
    const { headersMs, idleMs } = this.limits;
    if (pause === Math.max(headersMs, idleMs)) return;
    clearTimeout(this.#timer);
    this.#watch();
  }

  /** One timer that is set anew when it fires, instead of one that every piece of a body sets anew. */
  #watch(): void {
    const { headersMs, idleMs, totalMs } = this.limits;
    const answering = this.#body !== undefined;
    const pause = answering || this.sending ? idleMs : headersMs;
    const now = performance.now();
    if (now >= this.#started + totalMs) {
      this.fail(new EgressError('timeout', `The call to ${this.host} took longer than ${seconds(totalMs)}.`));
    } else if (now >= this.#moved + pause) {
      this.fail(new EgressError('timeout', this.#stalled(pause)));
    } else {
      const next = Math.min(this.#started + totalMs, this.#moved + pause) - now;
      this.#timer = setTimeout(() => this.#watch(), Math.ceil(next));
    }
  }

  #stalled(pause: number): string {
    if (this.#controller?.paused) return `The answer of ${this.host} was not read for ${seconds(pause)}.`;
    if (this.#body !== undefined) return `${this.host} did not go on with its answer for ${seconds(pause)}.`;
    if (this.sending) return `The body of the call to ${this.host} did not get on for ${seconds(pause)}.`;
    return `${this.host} did not answer within ${seconds(pause)}.`;
  }
}
