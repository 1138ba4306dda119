import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export const MIB = 1024 * 1024;

/** `size` bytes that do not repeat by the chunk, and how many of them were taken. */
export function bytes(size: number): { stream: Readable; taken: () => number } {
  let taken = 0;
  const stream = new Readable({
    read() {
      const chunk = Buffer.alloc(Math.min(65_536, size - taken), taken / 65_536);
      taken += chunk.length;
      this.push(chunk.length === 0 ? null : chunk);
    },
  });
  return { stream, taken: () => taken };
}

export async function digest(stream: Readable): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(stream, hash);
  return hash.digest('hex');
}

/** Waits until a number has stopped growing. */
export async function settled(read: () => number): Promise<number> {
  for (let before = -1, still = 0; ;) {
    const now = read();
    still = now === before && now > 0 ? still + 1 : 0;
    if (still === 20) return now;
    before = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The answer to a call, its body still to be read. */
export const answerTo = async (outgoing: ClientRequest): Promise<IncomingMessage> =>
  ((await once(outgoing, 'response')) as [IncomingMessage])[0];
