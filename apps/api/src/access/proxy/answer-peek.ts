import type { Readable } from 'node:stream';
import type { EgressStreamResponse } from '../../egress/streamed-call.js';

/** The beginning of an answer, read to be looked into. */
export interface Peeked {
  chunks: Buffer[];
  /** It is the whole of it. */
  complete: boolean;
}

/** Whether the rules of a type can find anything in this answer's body. */
export function isWorthReading({ headers }: EgressStreamResponse, method: string, limit: number): boolean {
  if (method === 'HEAD' || headers['content-encoding'] !== undefined) return false;
  if (!/\bjson\b/i.test(String(headers['content-type'] ?? ''))) return false;
  return Number(headers['content-length'] ?? 0) <= limit;
}

/** What has arrived together with the headers: all of a small answer, nothing of another. */
export function arrived(response: EgressStreamResponse): Peeked {
  const whole = response.whole();
  return whole === undefined ? { chunks: [], complete: false } : { chunks: [whole], complete: true };
}

/**
 * Reads an answer as far as `limit`; what was read is handed on before the rest.
 * @throws what the body fails with
 */
export async function peek(body: Readable, limit: number): Promise<Peeked> {
  if (body.errored) throw body.errored;
  const { promise, resolve, reject } = Promise.withResolvers<Peeked>();
  const chunks: Buffer[] = [];
  let size = 0;
  const take = (chunk: Buffer): void => {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) settle(false);
  };
  const settle = (complete: boolean): void => {
    body.off('data', take).off('end', finish).off('error', fail);
    if (!complete) body.pause();
    resolve({ chunks, complete });
  };
  const finish = (): void => settle(true);
  const fail = (error: Error): void => reject(error);
  body.on('data', take).on('end', finish).on('error', fail);
  return promise;
}
