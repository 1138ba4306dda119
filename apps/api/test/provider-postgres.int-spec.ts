import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestLimits } from '../src/integrations/checks/connection-tester.js';
import { LocalServers } from './support/local-servers.js';
import { type Account, TestApp } from './support/test-app.js';

const servers = new LocalServers();
const PASSWORD = 'pg-S3cret-0f-th3-test';
const ROLE = `reader_${process.pid}`;
let testApp: TestApp;
let admin: Account;
let port: string;
let database: string;

beforeAll(async () => {
  testApp = await TestApp.start();
  admin = await testApp.account();
  ({ port, pathname: database } = new URL(testApp.urls.owner));
  database = database.slice(1);
  await testApp.sql(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}'`);
});

afterAll(async () => {
  await testApp.sql(`DROP ROLE ${ROLE}`);
  await testApp.close();
  await servers.close();
});

const tryOut = (connectionString: string, config: object = {}) =>
  testApp.as(admin).post('/integrations/test', {
    integration_type_id: 'postgres',
    config,
    credentials: { credential_type: 'connection_string', connection_string: connectionString },
  });

const string = (more = '', { user = ROLE, password = PASSWORD, name = database, at = port } = {}) =>
  `postgresql://${user}:${password}@127.0.0.1:${at}/${name}${more}`;

async function failureOf(connectionString: string, config: object = {}) {
  const { body, text } = await tryOut(connectionString, config).expect(422);
  expect(body.error.code).toBe('CONNECTION_FAILED');
  expect(body.error.details.hint).toMatch(/\w+ \w+/);
  expect(text).not.toContain(PASSWORD);
  return body.error.details as { kind: string; reason: string; hint: string };
}

/** A message of the PostgreSQL protocol, version 3. */
function message(type: string, payload: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.write(type);
  head.writeInt32BE(payload.length + 4, 1);
  return Buffer.concat([head, payload]);
}

describe('a PostgreSQL server', () => {
  it('is signed in to, and says its version, user and database', async () => {
    const { body } = await tryOut(string()).expect(200);
    expect(body.data).toEqual({
      status: 'active',
      message: 'Connection successful',
      details: {
        server_version: expect.stringMatching(/^\d+/),
        user: ROLE,
        database,
        response_time_ms: expect.any(Number),
      },
    });
  });

  it.each([
    ['a wrong password', { password: 'wrong' }, 'auth', 'User name or password is wrong'],
    ['an unknown user', { user: 'nobody_here' }, 'auth', 'User name or password is wrong'],
    ['a database that is not there', { name: 'missing' }, 'not_found', 'The database does not exist'],
  ])('tells of %s', async (_, parts, kind, reason) => {
    expect(await failureOf(string('', parts))).toMatchObject({ kind, reason });
  });

  it('refuses a login without a password as a matter of the credential', async () => {
    expect(await failureOf(`postgresql://${ROLE}@127.0.0.1:${port}/${database}`)).toMatchObject({
      kind: 'auth',
    });
  });

  it('is never given a password of the process itself', async () => {
    process.env.PGPASSWORD = PASSWORD;
    try {
      const failure = await failureOf(`postgresql://${ROLE}@127.0.0.1:${port}/${database}`);
      expect(failure.kind).toBe('auth');
    } finally {
      delete process.env.PGPASSWORD;
    }
  });

  it('is given user name and password with percent codes as they are meant', async () => {
    const role = `"r ${process.pid}@:/"`;
    await testApp.sql(`CREATE ROLE ${role} LOGIN PASSWORD 'p@ss/w:rd#1'`);
    try {
      const user = encodeURIComponent(role.slice(1, -1));
      const password = encodeURIComponent('p@ss/w:rd#1');
      const { body } = await tryOut(string('', { user, password })).expect(200);
      expect(body.data.details.user).toBe(role.slice(1, -1));
    } finally {
      await testApp.sql(`DROP ROLE ${role}`);
    }
  });

  it('may leave TLS out only when the string lets it', async () => {
    await tryOut(string('?sslmode=disable')).expect(200);
    await tryOut(string('?sslmode=prefer')).expect(200);
    for (const mode of ['require', 'verify-ca', 'verify-full', 'nonsense']) {
      expect(await failureOf(string(`?sslmode=${mode}`))).toMatchObject({
        kind: 'tls',
        reason: 'The server does not offer TLS',
      });
    }
  });
});

describe('what is no PostgreSQL server', () => {
  it('is a closed port', async () => {
    // Of a service that nobody runs; a free one would be given to the next who asks for any.
    expect(await failureOf(string('', { at: '1' }))).toMatchObject({ kind: 'refused' });
  });

  it('is a web server', async () => {
    const url = new URL(await servers.http((_, response) => response.end('hello')));
    expect(await failureOf(string('', { at: url.port }))).toMatchObject({ kind: 'bad_response' });
    expect(await failureOf(string('?sslmode=disable', { at: url.port }))).toMatchObject({
      kind: expect.stringMatching(/^(bad_response|refused)$/),
    });
  });

  it('is a server that hangs up', async () => {
    const at = String(await servers.tcp((socket) => socket.destroy()));
    expect(await failureOf(string('', { at }))).toMatchObject({ kind: 'refused' });
  });

  it('is a server that never answers', async () => {
    const at = String(await servers.tcp(() => undefined));
    const limits = testApp.app.get(TestLimits, { strict: false });
    const { stepMs } = limits;
    limits.stepMs = 200;
    try {
      expect(await failureOf(string('', { at }))).toMatchObject({ kind: 'timeout' });
    } finally {
      limits.stepMs = stepMs;
    }
  });

  it('is a server whose answers are made to do harm', async () => {
    const int16 = (value: number) => Buffer.from([value >> 8, value & 255]);
    const int32 = (value: number) => Buffer.from([0, 0, value >> 8, value & 255]);
    const column = (name: string) =>
      Buffer.concat([Buffer.from(`${name}\0`), Buffer.alloc(6), int32(25), int16(65535), Buffer.alloc(6)]);
    const value = (text: string) => Buffer.concat([int32(text.length), Buffer.from(text)]);
    const at = String(
      await servers.tcp((socket) => {
        const ready = message('Z', Buffer.from('I'));
        socket.on('data', (data) => {
          if (data.length === 8) return void socket.write('N');
          if (data[0] === 0) return void socket.write(Buffer.concat([message('R', int32(0)), ready]));
          const text = `16\0${'x'.repeat(5000)}`;
          socket.write(
            Buffer.concat([
              message('T', Buffer.concat([int16(2), column('server_version'), column('extra')])),
              message('D', Buffer.concat([int16(2), value(text), value('unasked')])),
              message('C', Buffer.from('SELECT 1\0')),
              ready,
            ]),
          );
        });
      }),
    );
    const { body } = await tryOut(string('', { at })).expect(200);
    const { server_version: version, ...others } = body.data.details;
    expect(version).toMatch(/^16 x+$/);
    expect(version.length).toBeLessThanOrEqual(200);
    expect(others).toEqual({ response_time_ms: expect.any(Number) });
  });
});

describe('a connection string', () => {
  it.each([
    ['?sslrootcert=/etc/passwd'],
    ['?sslcert=/etc/passwd&sslkey=/etc/passwd'],
    ['?host=/var/run/postgresql'],
    ['?host=169.254.169.254&port=1'],
    ['?user=postgres&password=x&options=-c%20log_statement=all'],
    ['?sslnegotiation=direct'],
  ])('gets no file, socket or other server to be opened: %s', async (parameters) => {
    const { body } = await tryOut(string(parameters)).expect(200);
    expect(body.data.details).toMatchObject({ user: ROLE, database });
  });

  it.each([
    ['the metadata service', `postgresql://u:${PASSWORD}@169.254.169.254/db`, 'blocked'],
    ['a mapped address', `postgresql://u:${PASSWORD}@[::ffff:169.254.169.254]/db`, 'blocked'],
    ['a private address', `postgresql://u:${PASSWORD}@10.1.2.3/db`, 'blocked'],
    ['a Unix socket', `postgresql://u:${PASSWORD}@%2Fvar%2Frun%2Fpostgresql/db`, 'config'],
    ['no host', `postgresql://u:${PASSWORD}@/db?host=/var/run/postgresql`, 'config'],
    ['no user', 'postgresql://127.0.0.1/db', 'config'],
    ['half a percent code', `postgresql://u:%zz${PASSWORD}@127.0.0.1/db`, 'config'],
    ['a port that cannot be', `postgresql://u:${PASSWORD}@127.0.0.1:99999/db`, 'config'],
  ])('to %s is refused', async (_, connectionString, kind) => {
    expect(await failureOf(connectionString)).toMatchObject({ kind });
  });

  it.each([
    ['of another scheme', `mysql://u:${PASSWORD}@127.0.0.1/db`],
    ['to a file', 'socket:/var/run/postgresql?db=x'],
    ['that is no URL', `host=127.0.0.1 user=u password=${PASSWORD}`],
  ])('%s is told of at its field, before anything is tried', async (_, connectionString) => {
    const { body, text } = await tryOut(connectionString).expect(400);
    expect(body.error.details).toEqual({
      'credentials.connection_string': ['must start with postgresql:// or postgres://'],
    });
    expect(text).not.toContain(PASSWORD);
  });
});
