import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { DerivationBench, unusable } from '../../test/support/derivation-bench.js';
import type { CredentialSource } from './usable-credentials.js';

let bench: DerivationBench;
let source: CredentialSource;
let issued: number;

function grant(expiresIn = 3600): void {
  bench.issuer.answers({
    'POST /token': () => {
      issued += 1;
      return { json: { access_token: `token-${issued}`, token_type: 'Bearer', expires_in: expiresIn } };
    },
  });
}

const refuse = () =>
  bench.issuer.answers({ 'POST /token': { status: 401, json: { error: 'invalid_client' } } });

beforeEach(async () => {
  bench = await DerivationBench.start();
  issued = 0;
  grant();
  source = bench.source('generic_http', 'client_credentials', {
    token_url: `${bench.issuer.url}/token`,
    client_id: 'client',
    client_secret: 'secret',
  });
});

afterEach(() => bench.close());

const token = async (of = source) => (await bench.usable.get(of)).fields.access_token;
const fetches = () => bench.issuer.requests.length;

describe('a derived token', () => {
  it('is fetched once for a hundred who want it at the same time', async () => {
    const release = bench.issuer.hold();
    const all = Array.from({ length: 100 }, () => token());
    release();
    expect(new Set(await Promise.all(all))).toEqual(new Set(['token-1']));
    expect(fetches()).toBe(1);
  });

  it('is kept until a minute before its end, and then fetched once', async () => {
    expect(await token()).toBe('token-1');
    bench.pass(3539);
    expect(await token()).toBe('token-1');
    bench.pass(1);
    expect(new Set(await Promise.all(Array.from({ length: 100 }, () => token())))).toEqual(
      new Set(['token-2']),
    );
    expect(fetches()).toBe(2);
  });

  it('is renewed a tenth before its end when it lives shortly', async () => {
    grant(100);
    await token();
    bench.pass(89);
    expect(await token()).toBe('token-1');
    bench.pass(1);
    expect(await token()).toBe('token-2');
  });

  it('goes on being used while it lives and its service is down', async () => {
    await token();
    bench.issuer.answers({ 'POST /token': { status: 503 } });
    bench.pass(3550);
    expect(await token()).toBe('token-1');
    expect(await token()).toBe('token-1');
    expect(fetches()).toBe(1);
    bench.pass(51);
    expect(await unusable(bench.usable.get(source))).toMatchObject({ kind: 'bad_response', statusCode: 503 });
  });

  it('belongs to one organisation, integration, version and set of settings', async () => {
    await token();
    const others: Partial<CredentialSource>[] = [
      { organizationId: 'other' },
      { integrationId: 'other' },
      { credentialVersion: 'two' },
      { credentialVersion: 'two', config: { tls_verify: false } },
    ];
    for (const [index, more] of others.entries())
      expect(await token({ ...source, ...more })).toBe(`token-${index + 2}`);
  });

  it('is not kept of values that are not saved', async () => {
    const draft = { ...source, integrationId: null, credentialVersion: null };
    await token(draft);
    await token(draft);
    expect(fetches()).toBe(2);
  });

  it('is fetched anew for a person who wants to know, and kept for the others', async () => {
    await token();
    await bench.usable.get(source, { fresh: true });
    expect(await token()).toBe('token-2');
    expect(fetches()).toBe(2);
  });

  it('is forgotten, also while it is being fetched', async () => {
    const release = bench.issuer.hold();
    const early = token();
    bench.usable.forget('organization', 'integration');
    const late = token();
    release();
    expect((await Promise.all([early, late])).sort()).toEqual(['token-1', 'token-2']);
    expect(fetches()).toBe(2);
    expect(await token()).toBe(await late);
  });

  it('leaves its other callers alone when one gives up', async () => {
    const release = bench.issuer.hold();
    const controller = new AbortController();
    const impatient = bench.usable.get(source, { signal: controller.signal });
    const patient = token();
    controller.abort();
    expect(await unusable(impatient)).toMatchObject({ kind: 'timeout' });
    release();
    expect(await patient).toBe('token-1');
    expect(fetches()).toBe(1);
  });
});

describe('a token that was refused before its end', () => {
  it('is renewed once for all who hold it', async () => {
    const held = await Promise.all(Array.from({ length: 20 }, () => bench.usable.get(source)));
    const renewed = await Promise.all(held.map((usable) => bench.usable.renew(source, usable)));
    expect(new Set(renewed.map(({ fields }) => fields.access_token))).toEqual(new Set(['token-2']));
    expect(fetches()).toBe(2);
  });

  it('is not renewed again and again when the new one is refused too', async () => {
    const renewed = await bench.usable.renew(source, await bench.usable.get(source));
    expect(await bench.usable.renew(source, renewed)).toBe(renewed);
    expect(fetches()).toBe(2);
    bench.pass(61);
    await bench.usable.renew(source, renewed);
    expect(fetches()).toBe(3);
  });
});

describe('a refused client', () => {
  it('is not sent again for a minute, then for two', async () => {
    refuse();
    for (let call = 0; call < 10; call += 1)
      expect(await unusable(bench.usable.get(source))).toMatchObject({
        kind: 'auth',
        credentialRefused: true,
      });
    expect(fetches()).toBe(1);
    bench.pass(60);
    await unusable(bench.usable.get(source));
    expect(fetches()).toBe(2);
    bench.pass(119);
    await unusable(bench.usable.get(source));
    expect(fetches()).toBe(2);
    bench.pass(1);
    grant();
    expect(await token()).toBe('token-1');
  });

  it('is sent at once when a person asks', async () => {
    refuse();
    await unusable(bench.usable.get(source));
    grant();
    await bench.usable.get(source, { fresh: true });
    expect(await token()).toBe('token-1');
  });

  it('may be replaced at once', async () => {
    refuse();
    await unusable(bench.usable.get(source));
    grant();
    expect(await token({ ...source, credentialVersion: 'two' })).toBe('token-1');
  });
});

describe('other kinds', () => {
  it('are used as they are stored', async () => {
    const stored = bench.source('generic_http', 'bearer', { token: 'secret' });
    const usable = await bench.usable.get(stored);
    expect(usable).toEqual({
      fields: stored.fields,
      value: stored.fields,
      expiresAt: null,
      renewable: false,
    });
    expect(await bench.usable.renew(stored, usable)).toBe(usable);
  });

  it('are signed here and kept until half a minute before their end', async () => {
    const secret = 'a secret of at least thirty-two bytes';
    const signed = bench.source('generic_http', 'jwt', {
      algorithm: 'HS256',
      secret,
      issuer: 'latchkey',
      subject: 'me',
      audience: 'api',
      key_id: 'k1',
      lifetime_seconds: 120,
    });
    const first = await bench.usable.get(signed);
    const seconds = Math.floor(bench.clock.now() / 1000);
    const read = jwt.verify(String(first.value.token), secret, {
      algorithms: ['HS256'],
      clockTimestamp: seconds,
      complete: true,
    });
    expect(read.header).toEqual({ alg: 'HS256', typ: 'JWT', kid: 'k1' });
    expect(read.payload).toEqual({
      iss: 'latchkey',
      sub: 'me',
      aud: 'api',
      iat: seconds,
      exp: seconds + 120,
      jti: expect.any(String),
    });
    expect(first.expiresAt).toEqual(new Date((seconds + 120) * 1000));
    expect(Object.keys(first.value)).toEqual(['token']);
    bench.pass(89);
    expect((await bench.usable.get(signed)).value).toEqual(first.value);
    bench.pass(1);
    expect((await bench.usable.get(signed)).value).not.toEqual(first.value);
    expect(await bench.usable.renew(signed, first)).toBe(first);
  });
});
