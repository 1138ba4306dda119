import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import { EgressError } from './egress.error.js';

/** Value of Accept-Encoding: what `readBody` undoes. */
export const ACCEPTED_ENCODINGS = 'gzip, br, deflate, zstd';

/** Each further coding multiplies what a small answer can grow to; nobody honest uses more than one. */
const MAX_CODINGS = 2;
/** What a compressed form of `limit` bytes may take more than these, for content that does not compress. */
const COMPRESSION_OVERHEAD = 64 * 1024;

/** The codings of a Content-Encoding header in the order they were applied, without `identity`. */
export function contentCodings(header: string | string[] | undefined): string[] {
  return String(header ?? '')
    .toLowerCase()
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '' && each !== 'identity');
}

/**
 * Reads a whole body and undoes its codings. Every stage counts while it streams, so that neither a large
 * answer nor a small one that unfolds (a decompression bomb) is ever held in memory.
 *
 * @param limit bytes after decompression.
 * @throws EgressError of kind bad_response; whatever the stream fails with.
 */
export async function readBody(
  stream: Readable,
  codings: string[],
  limit: number,
  host: string,
): Promise<Buffer> {
  try {
    const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]();
    const first = await chunks.next();
    // An answer to HEAD, a 204 and a 304 name the coding of a body that is not there.
    if (first.done === true) return Buffer.alloc(0);
    if (codings.length > MAX_CODINGS) {
      throw new EgressError('bad_response', `${host} compressed its answer more often than is accepted.`);
    }
    const tooLarge = new EgressError(
      'bad_response',
      `${host} sent a larger answer than the ${limit} bytes accepted.`,
    );
    const stages = codings
      .toReversed()
      .flatMap((coding) => [
        meter(limit + COMPRESSION_OVERHEAD, tooLarge),
        decoder(coding, first.value, host),
      ]);
    const collected: Buffer[] = [];
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        collected.push(chunk);
        done();
      },
    });
    await pipeline([
      Readable.from(startingWith(first.value, chunks)),
      ...stages,
      meter(limit, tooLarge),
      sink,
    ]);
    return Buffer.concat(collected);
  } finally {
    // Ends the connection of an answer that was given up half-way; one read to its end is not affected.
    stream.on('error', () => undefined).destroy();
  }
}

async function* startingWith(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* { [Symbol.asyncIterator]: () => rest };
}

function meter(limit: number, error: EgressError): Transform {
  let total = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      total += chunk.length;
      if (total > limit) done(error);
      else done(null, chunk);
    },
  });
}

/** @param firstChunk of the wire's bytes; tells the two forms of deflate apart where it is the outer coding. */
function decoder(coding: string, firstChunk: Buffer, host: string): Transform {
  switch (coding) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'br':
      return createBrotliDecompress();
    case 'zstd':
      // RFC 9659: a window above 8 MiB is not to be expected, and would be memory for the asking.
      return createZstdDecompress({ params: { [constants.ZSTD_d_windowLogMax]: 23 } });
    case 'deflate':
      // RFC 9110, section 8.4.1.2 means zlib's format; some servers send the bare data, which starts otherwise.
      return ((firstChunk[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
    default:
      throw new EgressError('bad_response', `${host} compressed its answer in a way that is not known here.`);
  }
}
