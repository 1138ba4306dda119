import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type CertificateAndKey, TestAuthority } from '../../test/support/certificates.js';
import { EgressBench, expectFailure, get, NOTHING_OPEN } from '../../test/support/egress-bench.js';
import { HostMap } from './host-map.js';

let authority: TestAuthority;
let good: CertificateAndKey;
let bench: EgressBench;

beforeAll(() => {
  authority = new TestAuthority();
  good = authority.issue(['IP:127.0.0.1', 'DNS:localhost']);
});

beforeEach(() => {
  bench = new EgressBench();
});

afterEach(() => bench.close());

const serve = (certificate: CertificateAndKey) =>
  bench.servers.https(certificate, (_request, response) => void response.end('over TLS'));

describe('TLS', () => {
  it('calls a server whose certificate the given authority issued, by address and by name', async () => {
    const url = await serve(good);
    const caCertificate = authority.certificate;
    expect((await bench.client().request(get(url, { caCertificate }))).body.toString()).toBe('over TLS');
    const byName = await bench
      .client()
      .request(get(url.replace('127.0.0.1', 'localhost'), { caCertificate }));
    expect(byName.status).toBe(200);
  });

  it('explains what is wrong with a certificate, and accepts any only when told so', async () => {
    const caCertificate = authority.certificate;
    const cases: Array<[CertificateAndKey, string | undefined, string]> = [
      [good, undefined, 'chain'],
      [authority.selfSigned(['IP:127.0.0.1']), undefined, 'self-signed'],
      [authority.issue(['IP:127.0.0.1'], { expired: true }), caCertificate, 'has expired'],
      [authority.issue(['DNS:other.test']), caCertificate, 'another host name'],
      [{ cert: `${good.cert}${caCertificate}`, key: good.key }, undefined, 'not trusted here'],
    ];
    for (const [certificate, ca, reason] of cases) {
      const url = await serve(certificate);
      const client = bench.client();
      await expectFailure(client.request(get(url, { caCertificate: ca })), 'tls', reason);
      expect((await client.request(get(url, { tlsVerify: false }))).status).toBe(200);
      // The connection made without verification is still open; this call must not use it.
      await expectFailure(client.request(get(url, { caCertificate: ca })), 'tls', reason);
    }
  });

  it('explains a server that does not speak TLS, and one that expects it', async () => {
    const plain = await bench.echo();
    await expectFailure(
      bench.client().request(get(plain.replace('http', 'https'))),
      'tls',
      'does not speak TLS',
    );
    const closing = await bench.servers.tcp((socket) => socket.end());
    await expectFailure(bench.client().request(get(`https://127.0.0.1:${closing}`)), 'tls', 'TLS');
    const encrypted = await serve(good);
    const error = bench.client().request(get(encrypted.replace('https', 'http')));
    await expect(error).rejects.toMatchObject({ kind: expect.stringMatching(/^(refused|bad_response)$/) });
  });

  it('shows a client certificate, and keeps its connections apart from those without', async () => {
    const options = { ...good, ca: authority.certificate, requestCert: true };
    const url = await bench.servers.https(options, (_request, response) => void response.end());
    const { cert, key } = authority.issue(['DNS:client.test']);
    const caCertificate = authority.certificate;
    const client = bench.client();
    const shown = await client.request(get(url, { caCertificate, clientCertificate: { cert, key } }));
    expect(shown.status).toBe(200);
    // Node's server hangs up without a TLS alert; what matters is that the other connection was not used.
    await expectFailure(client.request(get(url, { caCertificate })), 'refused', 'closed the connection');
    await expectFailure(
      client.request(get(url, { caCertificate, clientCertificate: { cert, key: good.key } })),
      'config',
      'cannot be read',
    );
  });

  it('asks a mapped server for the certificate of the original host, with its name in SNI', async () => {
    const names: unknown[] = [];
    const options = authority.issue(['DNS:api.example.com']);
    const url = await bench.servers.https(options, (request, response) => {
      names.push('servername' in request.socket && request.socket.servername, request.headers.host);
      response.end();
    });
    const hosts = new HostMap(`api.example.com=${url},other.example.com=${url}`);
    const client = bench.client({ hosts, addresses: NOTHING_OPEN });
    const caCertificate = authority.certificate;
    expect((await client.request(get('https://api.example.com/', { caCertificate }))).status).toBe(200);
    expect(names).toEqual(['api.example.com', 'api.example.com']);
    await expectFailure(
      client.request(get('https://other.example.com/', { caCertificate })),
      'tls',
      'The certificate of other.example.com is for another host name',
    );
  });

  it('lets go of the oldest pools, but not of the calls under way in them', async () => {
    const arrived = Promise.withResolvers<void>();
    const held = Promise.withResolvers<void>();
    const url = await bench.servers.https(good, (request, response) => {
      if (request.url === '/held') arrived.resolve();
      void (request.url === '/held' ? held.promise : Promise.resolve()).then(() => response.end('done'));
    });
    const client = bench.client();
    const first = client.request(get(`${url}/held`, { caCertificate: authority.certificate }));
    await arrived.promise;
    for (let count = 1; count <= 70; count += 1) {
      // Another text, if only by its white space, is another pool.
      const caCertificate = `${authority.certificate}${'\n'.repeat(count)}`;
      expect((await client.request(get(url, { caCertificate }))).status).toBe(200);
    }
    held.resolve();
    expect((await first).body.toString()).toBe('done');
  });
});
