import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { limitBodyTime } from './body-time.js';

let app: FastifyInstance;

beforeEach(async () => {
  app = Fastify();
  limitBodyTime(app, 50, (socket) => void socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n'));
  app.post('/normal', async ({ body }) => body);
  app.route({
    method: 'POST',
    url: '/slow',
    config: { slowBody: true },
    onRequest: async (request, reply) => {
      await buffer(request.raw);
      return reply.send('through');
    },
    handler: () => undefined,
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
});

afterEach(() => app.close());

async function begin(path: string): Promise<{ socket: Socket; answer: () => string }> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += String(chunk))).on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\ntr`,
  );
  return { socket, answer: () => answer };
}

describe('limitBodyTime', () => {
  it('cuts off a body that does not arrive, and says so', async () => {
    const { socket, answer } = await begin('/normal');
    await once(socket, 'close');
    expect(answer()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('cuts off one of a route that gives less time, after that', async () => {
    await app.close();
    app = Fastify();
    limitBodyTime(app, 60_000, (socket) => void socket.end('HTTP/1.1 408 Request Timeout\r\n\r\n'));
    app.post('/hasty', { config: { bodyMs: 50 } }, async ({ body }) => body);
    await app.listen({ port: 0, host: '127.0.0.1' });
    const { socket, answer } = await begin('/hasty');
    await once(socket, 'close');
    expect(answer()).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('cuts off one that nobody reads, whose answer was given already', async () => {
    const { socket, answer } = await begin('/nowhere');
    await once(socket, 'close');
    expect(answer()).toMatch(/^HTTP\/1\.1 (404|408) /);
  });

  it('leaves alone a route that limits it itself, and a connection that is idle', async () => {
    const { socket, answer } = await begin('/slow');
    await new Promise((resolve) => setTimeout(resolve, 150));
    socket.write('ue');
    while (!answer().includes('through')) await once(socket, 'data');
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});
