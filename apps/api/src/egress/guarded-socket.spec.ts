import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { EgressBench, NOTHING_OPEN } from '../../test/support/egress-bench.js';
import { EgressError } from './egress.error.js';
import { HostMap } from './host-map.js';

let bench: EgressBench;

beforeEach(() => {
  bench = new EgressBench();
});

afterEach(() => bench.close());

const hello = () => bench.servers.tcp((socket) => socket.end('hello'));

async function read(socket: Socket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('utf8')) text += String(chunk);
  return text;
}

async function refusal(socket: Socket): Promise<EgressError> {
  const [error] = (await once(socket, 'error')) as [unknown];
  expect(error).toBeInstanceOf(EgressError);
  return error as EgressError;
}

describe('EgressClient.socket', () => {
  it.each([
    ['port and host', (socket: Socket, port: number) => socket.connect(port, '127.0.0.1')],
    [
      'port as text',
      (socket: Socket, port: number) => socket.connect(`${port}` as unknown as number, 'localhost'),
    ],
    ['options', (socket: Socket, port: number) => socket.connect({ port, host: 'localhost' })],
    ['a port alone', (socket: Socket, port: number) => socket.connect(port)],
  ])('connects with %s', async (_form, connect) => {
    const port = await hello();
    expect(await read(connect(bench.client().socket(), port))).toBe('hello');
  });

  it('calls the listener', async () => {
    const port = await hello();
    const socket = bench.client().socket();
    await new Promise<void>((resolve) => socket.connect(port, '127.0.0.1', resolve));
    expect(socket.remoteAddress).toBe('127.0.0.1');
    socket.destroy();
  });

  it.each([
    ['127.0.0.1', 'loopback'],
    ['localhost', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['2130706433', 'loopback'],
    ['0x7f.1', 'loopback'],
    ['169.254.169.254', 'cloud metadata'],
    ['10.0.0.1', 'private'],
    [undefined, 'loopback'],
  ])('blocks %s', async (host, category) => {
    let connections = 0;
    const port = await bench.servers.tcp(() => (connections += 1));
    const socket = bench.client({ addresses: NOTHING_OPEN }).socket();
    socket.connect({ port, host });
    expect(await refusal(socket)).toMatchObject({
      kind: 'blocked',
      reason: expect.stringContaining(category),
    });
    expect(connections).toBe(0);
  });

  it('does not heed a look-up of the caller', async () => {
    const socket = bench
      .client({ addresses: NOTHING_OPEN, resolve: async () => [{ address: '10.0.0.1', family: 4 }] })
      .socket();
    socket.connect({
      port: 1,
      host: 'a.test',
      lookup: (_host, _options, callback) => callback(null, '127.0.0.1', 4),
    });
    expect(await refusal(socket)).toMatchObject({ kind: 'blocked' });
  });

  it.each([
    ['/var/run/postgresql/.s.PGSQL.5432'],
    [{ path: '/tmp/socket' }],
    [0],
    [{ port: 70_000, host: 'a.test' }],
  ])('refuses to connect to %j', async (target) => {
    const socket = bench.client().socket();
    socket.connect(target as never);
    expect(await refusal(socket)).toMatchObject({ kind: 'config' });
  });

  it('gives up when the look-up takes too long', async () => {
    const socket = bench.client({ resolve: () => new Promise(() => undefined) }).socket({ timeoutMs: 50 });
    socket.connect(1, 'slow.test');
    expect(await refusal(socket)).toMatchObject({
      kind: 'timeout',
      reason: expect.stringContaining('slow.test'),
    });
  });

  it('goes to mapped endpoints, which are not judged', async () => {
    const port = await hello();
    const hosts = new HostMap(`db.internal:5432=tcp://127.0.0.1:${port}`);
    const client = bench.client({ addresses: NOTHING_OPEN, hosts });
    expect(await read(client.socket().connect(5432, 'db.internal'))).toBe('hello');
  });

  it('fits the stream option of pg', async () => {
    const hosts = new HostMap(`db.internal:5432=tcp://127.0.0.1:${await bench.servers.tcp(fakePostgres)}`);
    const egress = bench.client({ hosts, addresses: NOTHING_OPEN });
    const config = { host: 'db.internal', port: 5432, user: 'u', database: 'd', password: 'p', ssl: false };
    const allowed = new pg.Client({ ...config, stream: () => egress.socket() });
    await expect(allowed.connect()).rejects.toMatchObject({ message: 'hello from the fake' });
    const blocked = new pg.Client({ ...config, host: '127.0.0.1', stream: () => egress.socket() });
    await expect(blocked.connect()).rejects.toMatchObject({ kind: 'blocked' });
  });
});

/** Answers the start-up message with an ErrorResponse (PostgreSQL's protocol, "Message Formats"). */
function fakePostgres(socket: Socket): void {
  socket.once('data', () => {
    const fields = Buffer.from('SFATAL\0C28000\0Mhello from the fake\0\0');
    const head = Buffer.from('E\0\0\0\0');
    head.writeInt32BE(fields.length + 4, 1);
    socket.end(Buffer.concat([head, fields]));
  });
}
