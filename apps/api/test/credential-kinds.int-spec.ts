import { generateKeyPairSync, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { type CertificateAndKey, TestAuthority } from './support/certificates.js';
import { Counterpart, type Received } from './support/counterpart.js';
import { keyPair } from './support/key-pairs.js';
import { KindsBench } from './support/kinds-bench.js';

const SECRET = 'client-S3cret/of:the+test';
const rsa = keyPair('rsa');
const ec = keyPair('P-256');

let bench: KindsBench;
let service: Counterpart;

beforeAll(async () => {
  service = await Counterpart.start();
  bench = await KindsBench.start({
    EGRESS_HOST_MAP: service.mapping('api.example.com', 'login.example.com'),
  });
});

afterAll(async () => {
  await bench.close();
  await service.close();
});

const config = { base_url: 'https://api.example.com/v1', test_path: '/me' };
const create = (credentials: object, settings: object = config) =>
  bench.create('generic_http', settings, credentials);

describe('OAuth 2.0 client credentials', () => {
  const credentials = {
    credential_type: 'client_credentials',
    token_url: 'https://login.example.com/token',
    client_id: 'client',
    client_secret: SECRET,
    scope: 'read',
  };
  const basic = `Basic ${Buffer.from(`client:${encodeURIComponent(SECRET)}`).toString('base64')}`;
  let issued = 0;

  /** A token endpoint that wants exactly this client, and an API that wants the newest token. */
  function serve(): void {
    issued = 0;
    service.answers({
      'POST /token': ({ headers, body }) => {
        if (headers.authorization !== basic || body !== 'grant_type=client_credentials&scope=read')
          return { status: 401, json: { error: 'invalid_client' } };
        issued += 1;
        return { json: { access_token: `token-${issued}`, token_type: 'bearer', expires_in: 100 } };
      },
      'GET /v1/me': ({ headers }) => ({
        status: headers.authorization === `Bearer token-${issued}` ? 200 : 401,
        json: {},
      }),
    });
  }

  it('fetches a token, and sends it', async () => {
    serve();
    const { body } = await create(credentials).expect(201);
    expect(body.data.integration).toMatchObject({ status: 'active', auth_mode: 'client_credentials' });
    expect(service.requests.map(({ method, path, headers }) => [method, path, headers.host])).toEqual([
      ['POST', '/token', 'login.example.com'],
      ['GET', '/v1/me', 'api.example.com'],
    ]);
  });

  it('says when the client is refused, and keeps nothing', async () => {
    serve();
    const before = await bench.count();
    const { body } = await create({ ...credentials, client_secret: 'wrong' }).expect(422);
    expect(body.error).toMatchObject({
      code: 'CONNECTION_FAILED',
      details: {
        kind: 'auth',
        reason: 'The client ID or the client secret was refused',
        hint: expect.stringContaining('post'),
        status_code: 401,
      },
    });
    expect(await bench.count()).toBe(before);
    expect(service.requests).toHaveLength(1);
  });

  it('checks health with the token that is kept, and fetches one where it was revoked or has expired', async () => {
    serve();
    const { body } = await create(credentials).expect(201);
    const { id } = body.data.integration;
    await bench.health(id);
    await bench.health(id);
    expect(issued).toBe(2); // one for the test before it was saved, one since
    issued += 1; // The token is revoked: the API wants another.
    expect(await bench.health(id)).toMatchObject({ ok: true });
    expect(issued).toBe(4);
    bench.testApp.clock.advance(100_000);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => bench.health(id)));
    expect(outcomes.every(({ ok }) => ok)).toBe(true);
    expect(issued).toBe(5);
  });

  it.each([
    ['token_url', { token_url: 'login.example.com' }, 'must be a URL'],
    ['token_url', { token_url: 'https://u:p@login.example.com' }, 'must not contain a user name'],
    ['client_secret', { client_secret: '' }, 'is required'],
    ['client_authentication', { client_authentication: 'magic' }, 'must be one of: basic, post'],
  ])('refuses a wrong %s', async (field, more, message) => {
    await bench.refused(create({ ...credentials, ...more }), field, message);
  });
});

describe('a signed JWT', () => {
  const bearer = ({ headers }: Received) => headers.authorization?.replace('Bearer ', '') ?? '';

  it.each<[jwt.Algorithm, object, string]>([
    ['RS256', { private_key: rsa.privateKey }, rsa.publicKey],
    ['ES256', { private_key: ec.privateKey }, ec.publicKey],
    ['HS256', { secret: SECRET.repeat(2) }, SECRET.repeat(2)],
  ])('with %s is one that the service can verify', async (algorithm, key, verifier) => {
    service.answers({
      'GET /v1/me': (request) => {
        const options = { algorithms: [algorithm], audience: 'api', issuer: 'latchkey', subject: 'me' };
        const clockTimestamp = Math.floor(bench.testApp.clock.now() / 1000);
        const { iat = 0, exp = 0 } = jwt.verify(bearer(request), verifier, {
          ...options,
          clockTimestamp,
        }) as jwt.JwtPayload;
        return { status: exp - iat === 120 ? 200 : 500, json: {} };
      },
    });
    const claims = { issuer: 'latchkey', subject: 'me', audience: 'api', lifetime_seconds: 120 };
    const { body } = await create({ credential_type: 'jwt', algorithm, ...key, ...claims }).expect(201);
    expect(body.data.integration.status).toBe('active');
    expect(jwt.decode(bearer(service.requests[0]!), { complete: true })?.header.kid).toBeUndefined();
  });

  it('with EdDSA is one that the service can verify (RFC 8037)', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    service.answers({
      'GET /v1/me': (request) => {
        const [header = '', claims = '', signature = ''] = bearer(request).split('.');
        const signed = Buffer.from(`${header}.${claims}`);
        const right = verify(null, signed, publicKey, Buffer.from(signature, 'base64url'));
        return { status: right ? 200 : 500, json: {} };
      },
    });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
    const claims = { issuer: 'latchkey', key_id: 'k1', lifetime_seconds: 120 };
    const { body } = await create({
      credential_type: 'jwt',
      algorithm: 'EdDSA',
      private_key: pem,
      ...claims,
    }).expect(201);

    expect(body.data.integration.status).toBe('active');
    const token = jwt.decode(bearer(service.requests[0]!), { complete: true });
    expect(token?.header).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: 'k1' });
    const { iss, iat = 0, exp } = (token?.payload ?? {}) as jwt.JwtPayload;
    expect([iss, exp]).toEqual(['latchkey', iat + 120]);
  });

  it('that is refused is told of', async () => {
    service.answers({ 'GET /v1/me': { status: 401, json: {} } });
    const credentials = { credential_type: 'jwt', algorithm: 'HS256', secret: SECRET.repeat(2) };
    const { body } = await create(credentials).expect(422);
    expect(body.error.details).toMatchObject({ kind: 'auth', reason: 'The credential was refused' });
  });

  it.each([
    ['private_key', { algorithm: 'RS256' }, 'is required for RS256'],
    ['private_key', { algorithm: 'RS256', private_key: ec.privateKey }, 'must be an RSA key for RS256'],
    [
      'private_key',
      { algorithm: 'ES256', private_key: 'hunter2hunter2' },
      'must be a private key in PEM form',
    ],
    ['secret', { algorithm: 'HS256', secret: 'too short' }, 'must be at least 32 bytes long'],
    ['algorithm', { algorithm: 'none' }, 'must be one of: RS256, ES256, EdDSA, HS256'],
    ['lifetime_seconds', { private_key: rsa.privateKey, lifetime_seconds: 1 }, 'must be between 60 and 3600'],
  ])('is refused for a wrong %s', async (field, more, message) => {
    await bench.refused(create({ credential_type: 'jwt', ...more }), field, message);
  });
});

describe('a client certificate', () => {
  let authority: TestAuthority;
  let client: CertificateAndKey;
  let guarded: Counterpart;

  beforeAll(async () => {
    authority = new TestAuthority();
    client = authority.issue(['DNS:client.test']);
    const server = authority.issue(['IP:127.0.0.1']);
    guarded = await Counterpart.start({
      ...server,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
    });
    guarded.answers({ 'GET /': { json: {} } });
  });

  afterAll(() => guarded.close());

  const present = ({ cert, key }: CertificateAndKey, more: object = {}) =>
    create(
      { credential_type: 'mtls', certificate: cert, private_key: key, ...more },
      { base_url: guarded.url, ca_certificate: authority.certificate },
    );

  it('opens a server that asks for one, and its end is known', async () => {
    const { body } = await present(client).expect(201);
    const { id, status } = body.data.integration;
    expect(status).toBe('active');
    const shown = await bench.api.get(`/integrations/${id}/credentials`).expect(200);
    const { expires_at: expiresAt, fields } = shown.body.data.credentials;
    expect(fields).toEqual(['certificate', 'private_key']);
    const days = (Date.parse(expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(1);
    expect(days).toBeLessThan(3);
  });

  it('of an authority that the server does not trust is refused', async () => {
    const { body } = await present(new TestAuthority().issue(['DNS:client.test'])).expect(422);
    expect(body.error.details).toMatchObject({
      reason: expect.stringMatching(/closed the connection|certificate was refused/),
      hint: expect.stringContaining('trusts the authority'),
    });
  });

  it('that is missing is asked for', async () => {
    const { body } = await create(
      { credential_type: 'api_token', auth_mode: 'bearer', token: 'x' },
      { base_url: guarded.url, ca_certificate: authority.certificate },
    ).expect(422);
    // TLS 1.3 servers say so only after the handshake, and some just hang up.
    expect(body.error.details.reason).toMatch(/closed the connection|client certificate/);
  });

  it('is refused with another key, an old date, or what is none', async () => {
    const other = authority.issue(['DNS:client.test']);
    await bench.refused(
      present({ ...client, key: other.key }),
      'private_key',
      'does not belong to the certificate',
    );
    const old = authority.issue(['DNS:client.test'], { expired: true });
    await bench.refused(present(old), 'certificate', 'expired on 2021-01-01');
    await bench.refused(
      present({ cert: 'none-at-all', key: client.key }),
      'certificate',
      'must be a certificate',
    );
  });

  it('is replaced by one that has been tried', async () => {
    const { body } = await present(client).expect(201);
    const path = `/integrations/${body.data.integration.id}/credentials`;
    const other = authority.issue(['DNS:other.test']);
    const fields = { credential_type: 'mtls', certificate: other.cert };
    const wrong = await bench.api.patch(path, { ...fields, private_key: client.key }).expect(400);
    expect(wrong.body.error.details).toEqual({ private_key: ['does not belong to the certificate'] });
    await bench.api.patch(path, { ...fields, private_key: other.key }).expect(200);
  });
});
