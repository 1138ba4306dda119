import { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../common/app-error.js';

type Incoming = FastifyRequest['raw'];

/** A caller's body on its way to the provider. */
export interface RequestBody {
  /** Absent: there is none. */
  content?: Buffer | Readable;
  /** Of a stream, where the caller said it. */
  length?: number;
  /** The call can be made again with it. */
  replayable: boolean;
}

/** What the caller says of its body: undefined for a length it does not know. */
export function announcedLength(incoming: Incoming): number | undefined {
  const { 'content-length': length, 'transfer-encoding': encoding } = incoming.headers;
  if (encoding !== undefined) return undefined;
  return length === undefined ? 0 : Number(length);
}

/** The caller's body as a stream of our own: when it is given up, the caller's connection lives on for the answer. */
class BorrowedBody extends Readable {
  constructor(private readonly source: Incoming) {
    super();
    source.pause();
    source.on('data', this.#take).on('end', this.#finish).on('error', this.#lose).on('close', this.#lose);
  }

  override _read(): void {
    this.source.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const { source } = this;
    source.off('data', this.#take).off('end', this.#finish).off('error', this.#lose).off('close', this.#lose);
    // What still comes is thrown away, or the connection could carry no other request.
    source.on('error', () => undefined).resume();
    done(error);
  }

  readonly #take = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.source.pause();
  };

  readonly #finish = (): void => {
    this.push(null);
  };

  readonly #lose = (): void => {
    if (!this.source.readableEnded) this.destroy(new Error('The caller left before its body was through.'));
  };
}

export function tooLarge(limit: number, why: string): AppError {
  return new AppError(
    'PAYLOAD_TOO_LARGE',
    `The request body is too large; ${limit} bytes is the most${why}.`,
    {
      details: { limit_bytes: limit },
    },
  );
}

/**
 * Reads a body in full.
 * @param idleMs the longest pause between two pieces of it
 * @throws AppError PAYLOAD_TOO_LARGE, VALIDATION_FAILED for one that does not arrive
 */
function collect(incoming: Incoming, limit: number, why: string, idleMs: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(
    () => stop(new AppError('VALIDATION_FAILED', 'The request body took too long to arrive.')),
    idleMs,
  );
  const take = (chunk: Buffer): void => {
    timer.refresh();
    size += chunk.length;
    if (size > limit) stop(tooLarge(limit, why));
    else chunks.push(chunk);
  };
  const finish = (): void => stop();
  const lose = (): void => stop(new AppError('VALIDATION_FAILED', 'The request body broke off.'));
  const stop = (error?: AppError): void => {
    clearTimeout(timer);
    incoming.off('data', take).off('end', finish).off('close', lose);
    if (error === undefined) return resolve(Buffer.concat(chunks, size));
    incoming.resume();
    reject(error);
  };
  incoming.on('error', () => undefined);
  incoming.on('data', take).on('end', finish).on('close', lose);
  return promise;
}

export interface BodyRules {
  /** Called once it is clear that a body is wanted, before it is read. */
  ask: () => void;
  /** The most that is taken at all. */
  most: number;
  /** Up to here, when the caller announces it, it is read before it is sent. */
  bufferUpTo: number;
  /** It has to be read before it is sent, up to so many bytes, and why. */
  mustBuffer?: { upTo: number; why: string };
  idleMs: number;
}

/** @throws AppError PAYLOAD_TOO_LARGE, VALIDATION_FAILED */
export async function takeBody(
  incoming: Incoming,
  { ask, most, bufferUpTo, mustBuffer, idleMs }: BodyRules,
): Promise<RequestBody> {
  const announced = announcedLength(incoming);
  if (announced === 0) return { replayable: true };
  if (announced !== undefined && announced > most) throw tooLarge(most, '');
  if (mustBuffer && (announced ?? 0) > mustBuffer.upTo) throw tooLarge(mustBuffer.upTo, mustBuffer.why);
  ask();
  if (mustBuffer) {
    const { upTo, why } = mustBuffer;
    return { content: await collect(incoming, upTo, why, idleMs), replayable: true };
  }
  if (announced !== undefined && announced <= bufferUpTo) {
    return { content: await collect(incoming, bufferUpTo, '', idleMs), replayable: true };
  }
  return {
    content: new BorrowedBody(incoming),
    ...(announced !== undefined && { length: announced }),
    replayable: false,
  };
}
