import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { TestLimits } from '../src/integrations/checks/connection-tester.js';
import { TestAuthority } from './support/certificates.js';
import { Counterpart } from './support/counterpart.js';
import { LocalServers } from './support/local-servers.js';
import { PROVIDER_CASES, type ProviderCase } from './support/provider-cases.js';
import { type Account, TestApp } from './support/test-app.js';

const authority = new TestAuthority();
const caseOf = (name: string): ProviderCase => PROVIDER_CASES.find((provider) => provider.name === name)!;
const providers = ['Argo CD', 'GitHub', 'Slack', 'Generic HTTP, bearer token'].map(caseOf);

let testApp: TestApp;
let admin: Account;
let replica: NestFastifyApplication | undefined;
let servers: LocalServers;

beforeAll(async () => {
  testApp = await TestApp.start();
  admin = await testApp.account();
  servers = new LocalServers();
});

afterEach(async () => {
  await replica?.close();
  replica = undefined;
});

afterAll(async () => {
  await testApp.close();
  await servers.close();
});

function tryOut(app: NestFastifyApplication, { type, config, credentials }: ProviderCase) {
  return supertest(app.getHttpServer())
    .post('/api/v1/integrations/test')
    .set('authorization', `Bearer ${admin.accessToken}`)
    .send({ integration_type_id: type, config, credentials });
}

async function failureOf(app: NestFastifyApplication, provider: ProviderCase) {
  const { body, text } = await tryOut(app, provider).expect(422);
  expect(body.error.code).toBe('CONNECTION_FAILED');
  expect(body.error.details.hint).toMatch(/\w+ \w+/);
  expect(text).not.toContain(provider.secret);
  return body.error.details as { kind: string; reason: string };
}

/** Of a service that nobody runs; a free one would be given to the next who asks for any. */
const DEAD_PORT = 1;

const https = async (certificate: { cert: string; key: string }): Promise<string> =>
  servers.https(certificate, (_, response) => response.end('{}'));

/** What goes wrong on the way, by the address every host is sent to. */
const TROUBLES: [string, () => Promise<string>, string, string][] = [
  ['a stopped server', async () => `http://127.0.0.1:${DEAD_PORT}`, 'refused', 'refuse'],
  [
    'a server that hangs up',
    async () => `http://127.0.0.1:${await servers.tcp((socket) => socket.destroy())}`,
    'refused',
    'closed the connection',
  ],
  [
    'a server that never answers',
    async () => `http://127.0.0.1:${await servers.tcp(() => undefined)}`,
    'timeout',
    'did not answer within 1 seconds',
  ],
  [
    'a server that never finishes',
    () => servers.http((_, response) => response.writeHead(200, { 'content-length': 10 }).write('{')),
    'timeout',
    'did not finish its answer within 1 seconds',
  ],
  [
    'an expired certificate',
    () => https(authority.issue(names(), { expired: true })),
    'tls',
    'CA that is not trusted|expired',
  ],
  ['a self-signed certificate', () => https(authority.selfSigned(names())), 'tls', 'self-signed'],
  ['a certificate of an unknown authority', () => https(authority.issue(names())), 'tls', 'not trusted here'],
  [
    'a server without TLS',
    async () => (await servers.http((_, response) => response.end('{}'))).replace('http:', 'https:'),
    'tls',
    'does not speak TLS',
  ],
  [
    'a server that speaks something else',
    async () => `http://127.0.0.1:${await servers.tcp((socket) => socket.end('+OK POP3 ready\r\n'))}`,
    'bad_response',
    'is not HTTP',
  ],
  [
    'an endless answer',
    () => servers.http((_, response) => response.end(Buffer.alloc(2 * 1024 * 1024, 32))),
    'bad_response',
    'larger',
  ],
];

function names(): string[] {
  return providers.map(({ host }) => `DNS:${host}`);
}

describe.each(TROUBLES)('%s', (_, address, kind, reason) => {
  it('is told for what it is, whichever the provider', async () => {
    const target = await address();
    replica = await testApp.launch({
      EGRESS_HOST_MAP: providers.map(({ host }) => `${host}=${target}`).join(','),
    });
    // Enough for a slow machine to see the beginning of the answer that never ends.
    if (kind === 'timeout') replica.get(TestLimits, { strict: false }).stepMs = 1000;
    const app = replica;
    const failures = await Promise.all(providers.map((provider) => failureOf(app, provider)));
    for (const [index, failure] of failures.entries()) {
      expect(failure).toMatchObject({ kind, reason: expect.stringMatching(reason) });
      expect(failure.reason).toContain(providers[index]!.host);
    }
  });
});

describe('a test of many steps that all hang', () => {
  it('ends by the limit of the whole', async () => {
    const target = `http://127.0.0.1:${await servers.tcp(() => undefined)}`;
    replica = await testApp.launch({ EGRESS_HOST_MAP: `argocd.example.com=${target}` });
    replica.get(TestLimits, { strict: false }).wholeMs = 100;
    const failure = await failureOf(replica, caseOf('Argo CD'));
    expect(failure).toMatchObject({ kind: 'timeout', reason: expect.stringContaining('cancelled') });
  });
});

describe('a certificate', () => {
  let counterpart: Counterpart;
  let argocd: ProviderCase;

  async function serve(certificate: { cert: string; key: string }): Promise<void> {
    counterpart = await Counterpart.start(certificate);
    counterpart.answers({
      '*': { json: { items: [], loggedIn: true } },
    });
    argocd = { ...caseOf('Argo CD'), config: { server_url: counterpart.url } };
  }

  const withConfig = (more: object): ProviderCase => ({ ...argocd, config: { ...argocd.config, ...more } });

  afterEach(() => counterpart.close());

  it('of a private authority is trusted when the authority is given', async () => {
    await serve(authority.issue(['IP:127.0.0.1']));
    expect(await failureOf(testApp.app, argocd)).toMatchObject({ kind: 'tls' });
    expect(counterpart.requests).toHaveLength(0);
    await tryOut(testApp.app, withConfig({ ca_certificate: authority.certificate })).expect(200);
  });

  it('that has expired is refused with its authority too', async () => {
    await serve(authority.issue(['IP:127.0.0.1'], { expired: true }));
    const failure = await failureOf(testApp.app, withConfig({ ca_certificate: authority.certificate }));
    expect(failure).toMatchObject({ kind: 'tls', reason: expect.stringContaining('has expired') });
  });

  it('for another host is refused with its authority too', async () => {
    await serve(authority.issue(['DNS:elsewhere.example.com']));
    const failure = await failureOf(testApp.app, withConfig({ ca_certificate: authority.certificate }));
    expect(failure).toMatchObject({ kind: 'tls', reason: expect.stringContaining('another host name') });
  });

  it('of any kind is accepted only while verification is turned off', async () => {
    await serve(authority.selfSigned(['DNS:elsewhere.example.com']));
    await tryOut(testApp.app, withConfig({ tls_verify: false })).expect(200);
    expect(await failureOf(testApp.app, withConfig({ tls_verify: true }))).toMatchObject({ kind: 'tls' });
  });

  it('authority that is no certificate trusts nothing', async () => {
    await serve(authority.issue(['IP:127.0.0.1']));
    const broken = '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----';
    const failure = await failureOf(testApp.app, withConfig({ ca_certificate: broken }));
    expect(failure).toMatchObject({ kind: 'tls' });
  });
});

describe('an address that is not open to integrations', () => {
  it.each([
    ['the metadata service', 'http://169.254.169.254/latest'],
    ['the metadata service as an IPv4-mapped address', 'http://[::ffff:169.254.169.254]/'],
    ['the metadata service in hexadecimal', 'http://0xa9fea9fe/'],
    ['a link-local address', 'http://169.254.1.1'],
    ['a private address', 'https://10.0.0.1'],
    ['the unspecified address', 'http://0.0.0.0:5432'],
  ])('is refused: %s', async (_, url) => {
    for (const [name, field] of [
      ['Argo CD', 'server_url'],
      ['GitHub', 'api_base_url'],
      ['Generic HTTP, bearer token', 'base_url'],
    ] as const) {
      const provider = { ...caseOf(name), config: { [field]: url } };
      expect(await failureOf(testApp.app, provider)).toMatchObject({ kind: 'blocked' });
    }
  });
});

describe('a name that does not exist', () => {
  it('is told so', async () => {
    const provider = { ...caseOf('Argo CD'), config: { server_url: 'https://nothing.invalid' } };
    expect(await failureOf(testApp.app, provider)).toMatchObject({ kind: 'dns' });
  });
});
