import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { PIPELINED, type PipelinedClient } from './pipelined-client.js';

/** A message of the PostgreSQL protocol, version 3. */
function message(type: string, payload: string): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(payload.length + 4, 1);
  return Buffer.concat([head, Buffer.from(payload)]);
}

const READY = Buffer.concat([message('R', '\0\0\0\0'), message('Z', 'I')]);
const ENDED = message('E', 'SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0');
const TERMINATE = 'X'.charCodeAt(0);

let server: Server;
let pool: pg.Pool;
let connections: number;

/** A server that ends every connection at its first statement, and takes its time to hang up. */
beforeEach(async () => {
  connections = 0;
  server = createServer((socket: Socket) => {
    connections += 1;
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(READY);
      socket.on('data', (data) => (data[0] === TERMINATE ? socket.end() : socket.write(ENDED)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  pool = new pg.Pool({ host: '127.0.0.1', port, user: 'latchkey', max: 1, ...PIPELINED } as pg.PoolConfig);
});

afterEach(async () => {
  await pool.end();
  await new Promise((resolve) => server.close(resolve));
});

describe('a connection that PostgreSQL ends', () => {
  it.each<[string, (client: PipelinedClient) => Promise<unknown>]>([
    ['a batch', (client) => client.batch([], [{ name: 'one', text: 'SELECT 1', values: [] }])],
    ['a statement by itself', (client) => client.query('SELECT 1')],
  ])('is handed to nobody else before it is gone, when %s fails by it', async (_, ask) => {
    for (const connection of [1, 2, 3]) {
      const client = (await pool.connect()) as pg.PoolClient & PipelinedClient;
      await expect(ask(client)).rejects.toMatchObject({ severity: 'FATAL', code: '57P01' });
      client.release();
      expect(connections).toBe(connection);
    }
  });
});
