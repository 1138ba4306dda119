import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Readable } from 'node:stream';
import { streaming, TestTiming, Wire } from '../test/wire.js';
import { Latchkey, type LatchkeyError } from './index.js';

const ID = '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99';

let wire: Wire;
let timing: TestTiming;
let latchkey: Latchkey;

beforeAll(async () => {
  wire = await Wire.start();
});
afterAll(() => wire.close());
beforeEach(() => {
  timing = new TestTiming();
  latchkey = new Latchkey({ url: wire.url, token: 'lk_x' }, timing);
});

describe('a stream', () => {
  /** Sends a piece when the server says that it has the one before. */
  async function* inStep(
    arrivals: AsyncIterator<string>,
    log: string[],
  ): AsyncGenerator<Uint8Array | string> {
    for (const piece of ['one', 'two', 'three']) {
      log.push(`sent ${piece}`);
      yield piece === 'two' ? new TextEncoder().encode(piece) : piece;
      log.push(`arrived ${(await arrivals.next()).value}`);
    }
  }

  it.each(['an async iterable', 'a Node stream', 'a web stream'])(
    'goes up piece by piece, as %s',
    async (kind) => {
      const arrived = new TransformStream<string, string>(undefined, undefined, { highWaterMark: 9 });
      const writer = arrived.writable.getWriter();
      wire.answers(
        streaming(async (request, response) => {
          for await (const chunk of request) await writer.write(String(chunk));
          response.end('done');
        }),
      );
      const log: string[] = [];
      const pieces = inStep(arrived.readable[Symbol.asyncIterator](), log);
      const body =
        kind === 'a Node stream'
          ? Readable.from(pieces, { objectMode: false, highWaterMark: 1 })
          : kind === 'a web stream'
            ? (ReadableStream.from(pieces) as ReadableStream<Uint8Array>)
            : pieces;
      const response = await latchkey.fetch(ID, '/upload', { method: 'PUT', body });
      expect(await response.text()).toBe('done');
      // Each piece was there before the next was made: nothing waited for the whole.
      expect(log).toEqual(['one', 'two', 'three'].flatMap((piece) => [`sent ${piece}`, `arrived ${piece}`]));
      expect(wire.received[0]!.headers['transfer-encoding']).toBe('chunked');
    },
  );

  it('comes down piece by piece', async () => {
    let more = (): void => undefined;
    wire.answers((_request, response) => {
      response.write('one');
      more = () => response.end('two');
    });
    const response = await latchkey.fetch(ID, '/events');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader.read()).toEqual({ done: false, value: 'one' });
    more();
    expect(await reader.read()).toEqual({ done: false, value: 'two' });
    expect(await reader.read()).toEqual({ done: true, value: undefined });
  });

  it('that comes down has no time limit, but ends when the caller wants', async () => {
    const gone = Promise.withResolvers<void>();
    wire.answers((_request, response) => {
      response.on('close', gone.resolve).write('one');
    });
    const stop = new AbortController();
    const response = await latchkey.fetch(ID, '/events', { signal: stop.signal });
    expect(timing.deadlines.size).toBe(0);
    const reader = response.body!.getReader();
    await reader.read();
    stop.abort(new Error('enough'));
    await expect(reader.read()).rejects.toThrow('enough');
    await gone.promise;
  });

  it('whose source fails throws what the source threw, and is not sent again', async () => {
    const arrived = Promise.withResolvers<void>();
    wire.answers(streaming((request) => request.once('data', () => arrived.resolve())));
    const own = new RangeError('the disk is gone');
    const body = (async function* () {
      yield 'one';
      await arrived.promise;
      throw own;
    })();
    await expect(latchkey.fetch(ID, '/upload', { method: 'PUT', body })).rejects.toBe(own);
    expect(timing.waits).toEqual([]);
  });

  it('is let go when the connection breaks', async () => {
    wire.answers(streaming((request) => request.once('data', () => request.socket.destroy())));
    const ended = Promise.withResolvers<void>();
    const body = (async function* () {
      try {
        for (;;) yield 'x'.repeat(1000);
      } finally {
        ended.resolve();
      }
    })();
    const error = await latchkey.fetch(ID, '/upload', { method: 'PUT', body }).catch((thrown) => thrown);
    expect(error as LatchkeyError).toMatchObject({ code: 'NETWORK_ERROR', status: null });
    await ended.promise;
    expect(wire.received).toHaveLength(1);
  });

  it('begins its time anew with each piece', async () => {
    wire.answers(
      streaming(async (request, response) => {
        for await (const _ of request);
        response.end();
      }),
    );
    const seen: (() => void)[] = [];
    const body = (async function* () {
      for (let piece = 0; piece < 3; piece += 1) {
        seen.push(...timing.deadlines);
        yield 'x';
      }
    })();
    await latchkey.fetch(ID, '/upload', { method: 'POST', body });
    expect(new Set(seen).size).toBe(3);
  });
});
