import { createHash, createPrivateKey } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import ssh2 from 'ssh2';
import { IntegrationInput } from '../src/integrations/integration-input.js';
import { keyPair } from './support/key-pairs.js';
import { KindsBench } from './support/kinds-bench.js';
import { LocalServers } from './support/local-servers.js';

const host = ssh2.utils.generateKeyPairSync('ed25519');
const client = ssh2.utils.generateKeyPairSync('ed25519');
const stranger = ssh2.utils.generateKeyPairSync('ed25519');
const locked = ssh2.utils.generateKeyPairSync('ed25519', {
  passphrase: 'open sesame',
  cipher: 'aes256-ctr',
  rounds: 4,
});
const pkcs8 = keyPair('rsa').privateKey;
const rsa = createPrivateKey(pkcs8).export({ type: 'pkcs1', format: 'pem' }) as string;

/** What the server was asked for, in order. */
const asked: string[] = [];
const servers = new LocalServers();
let bench: KindsBench;
let server: ssh2.Server;
let port: number;

const publicKey = (text: string) => ssh2.utils.parseKey(text) as ssh2.ParsedKey;
const blobOf = (text: string) => publicKey(text).getPublicSSH();
const fingerprint = `SHA256:${createHash('sha256').update(blobOf(host.public)).digest('base64').replace(/=+$/, '')}`;

/** Lets `deploy` in with the keys it knows, checks the signature, and notes everything else. */
function serve(): void {
  const known = [client.private, locked.public, rsa].map(blobOf);
  server = new ssh2.Server({ hostKeys: [host.private] }, (connection) => {
    connection.on('authentication', (context) => {
      asked.push(context.method);
      if (context.method !== 'publickey' || context.username !== 'deploy')
        return context.reject(['publickey']);
      const key = known.find((each) => each.equals(context.key.data));
      if (!key) return context.reject(['publickey']);
      if (!context.signature || !context.blob) return context.accept();
      const parsed = publicKey(`${context.key.algo} ${key.toString('base64')}`);
      return parsed.verify(context.blob, context.signature, context.hashAlgo) === true
        ? context.accept()
        : context.reject();
    });
    connection.on('session', () => asked.push('session'));
    connection.on('error', () => undefined);
  });
}

beforeAll(async () => {
  serve();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  port = (server.address() as AddressInfo).port;
  bench = await KindsBench.start({ EGRESS_HOST_MAP: `server.example.com:22=tcp://127.0.0.1:${port}` });
});

afterAll(async () => {
  await bench.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await servers.close();
});

beforeEach(() => {
  asked.length = 0;
});

const config = { host: 'server.example.com', username: 'deploy' };
const key = { credential_type: 'ssh_key', private_key: client.private };
const tryOut = (credentials: object = key, more: object = {}) =>
  bench.api.post('/integrations/test', {
    integration_type_id: 'ssh',
    config: { ...config, ...more },
    credentials,
  });

describe('an SSH key', () => {
  it.each<[string, object]>([
    ['Ed25519', key],
    ['RSA', { ...key, private_key: rsa }],
    ['locked', { ...key, private_key: locked.private, passphrase: 'open sesame' }],
  ])('(%s) signs in, runs nothing, and shows the key of the host', async (_what, credentials) => {
    const { body } = await tryOut(credentials).expect(200);
    expect(body.data.details).toEqual({
      username: 'deploy',
      host_key_type: 'ssh-ed25519',
      host_key_fingerprint: fingerprint,
      response_time_ms: expect.any(Number),
    });
    expect(asked).not.toContain('session');
    expect(new Set(asked)).toEqual(new Set(['publickey']));
  });

  it('is created after its test, with the key of the host pinned', async () => {
    const { body } = await bench
      .create('ssh', { ...config, host_key_fingerprint: fingerprint }, key)
      .expect(201);
    expect(body.data.integration.status).toBe('active');
    expect(await bench.health(body.data.integration.id)).toMatchObject({ ok: true });
  });

  it('is not even offered to a host with another key', async () => {
    const { body } = await tryOut(key, { host_key_fingerprint: `SHA256:${'A'.repeat(43)}` }).expect(422);
    expect(body.error.details).toMatchObject({
      kind: 'tls',
      reason: 'The server has another host key than the pinned one',
      hint: expect.stringContaining('ssh-keygen'),
    });
    expect(asked).toEqual([]);
  });

  it.each<[string, object, object]>([
    ['that the server does not know', { ...key, private_key: stranger.private }, {}],
    ['of another user', key, { username: 'root' }],
  ])('%s is refused', async (_what, credentials, more) => {
    const { body } = await tryOut(credentials, more).expect(422);
    expect(body.error.details).toMatchObject({
      kind: 'auth',
      reason: 'The server does not let this user in with this key',
      hint: expect.stringContaining('authorized_keys'),
    });
  });

  it('finds out that nobody listens, or somebody else does', async () => {
    const silent = await servers.tcp((socket) => void socket.end());
    const web = await servers.tcp((socket) => void socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    const at = async (number: number) => {
      const { body } = await tryOut(key, { host: '127.0.0.1', port: number }).expect(422);
      return body.error.details;
    };
    expect(await at(1)).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('nothing listens'),
    });
    expect(await at(silent)).toMatchObject({ kind: expect.stringMatching(/refused|bad_response/) });
    expect(await at(web)).toMatchObject({ kind: expect.stringMatching(/refused|bad_response/) });
  });

  it('is not sent to addresses that are closed', async () => {
    const { body } = await tryOut(key, { host: '169.254.169.254' }).expect(422);
    expect(body.error.details.kind).toBe('blocked');
  });

  it.each([
    ['host', 'other.example.com'],
    ['port', 2222],
    ['username', 'root'],
    ['host_key_fingerprint', fingerprint],
  ])('is guarded by every setting that decides where it is used: %s', (name, value) => {
    const input = bench.testApp.app.get(IntegrationInput, { strict: false });
    const { manifest } = input.savedType('ssh', 'ssh_key');
    expect(input.redirectingFields(manifest, config, { ...config, [name]: value })).toEqual([name]);
    expect(input.redirectingFields(manifest, config, { ...config, sync_interval: 60 })).toEqual([]);
  });

  it.each([
    ['private_key', { private_key: 'hunter2hunter2' }, 'cannot be read'],
    ['private_key', { private_key: client.public }, 'is a public key'],
    ['private_key', { private_key: pkcs8 }, 'convert a copy with ssh-keygen'],
    ['passphrase', { private_key: locked.private }, 'is required'],
    ['passphrase', { private_key: locked.private, passphrase: 'hunter2' }, 'does not open the private key'],
  ])('is refused for a wrong %s', async (field, more, message) => {
    await bench.refused(bench.create('ssh', config, { ...key, ...more }), field, message);
  });
});
