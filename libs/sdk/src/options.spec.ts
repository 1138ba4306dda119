import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import type { Schemas } from '../../api-client/src/client.js';
import { json, TestTiming, Wire } from '../test/wire.js';
import { type Credential, type Integration, Latchkey, type LatchkeyOptions } from './index.js';
import { VERSION } from './version.js';

const TOKEN = 'lk_7n42DGM5Tflk9n8mt7Fhc7_secretsecretsecretsecretsecretsecretsecret';
const ADDRESS = 'https://latchkey.example.com';
const ID = '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99';

afterEach(() => {
  delete process.env.LATCHKEY_URL;
  delete process.env.LATCHKEY_TOKEN;
});

/** Everything that a log could hold of it. */
const shown = (value: unknown): string =>
  [
    inspect(value, { depth: 20, showHidden: true, getters: true, customInspect: false }),
    inspect(value, { depth: 20, showHidden: true }),
    String(value),
    JSON.stringify(value),
    JSON.stringify(Object.getOwnPropertyDescriptors(value)),
    value instanceof Error ? `${value.stack} ${value.message} ${shown(value.cause ?? '')}` : '',
  ].join('\n');

const made = (fetch: typeof globalThis.fetch, options: LatchkeyOptions = {}): Latchkey =>
  new Latchkey({ url: ADDRESS, token: TOKEN, retries: 0, fetch, ...options });

describe('the options', () => {
  it('come from the environment where they are not given', async () => {
    process.env.LATCHKEY_URL = 'https://tools.example.com/latchkey//';
    process.env.LATCHKEY_TOKEN = `${TOKEN}\n`;
    const calls: unknown[] = [];
    const latchkey = new Latchkey({
      fetch: async (url, init) => {
        calls.push(url, new Headers(init!.headers).get('authorization'));
        return new Response('');
      },
    });
    expect(latchkey.url).toBe('https://tools.example.com/latchkey');
    await latchkey.fetch(ID, 'user');
    expect(calls).toEqual([
      `https://tools.example.com/latchkey/api/v1/integrations/${ID}/proxy/user`,
      `Bearer ${TOKEN}`,
    ]);
    expect(new Latchkey({ url: ADDRESS }).url).toBe(ADDRESS);
  });

  it.each<[string, LatchkeyOptions]>([
    ['`url` is missing: give it, or set LATCHKEY_URL.', { token: TOKEN }],
    ['`token` is missing: give it, or set LATCHKEY_TOKEN.', { url: ADDRESS }],
    ['`token` is missing', { url: ADDRESS, token: ' ' }],
    ['`token` is no service token', { url: ADDRESS, token: `${TOKEN}\r\nX-Evil: 1` }],
    ['`token` is no service token', { url: ADDRESS, token: `${TOKEN}ü` }],
    ['`url` must be an http or https address', { url: 'latchkey.example.com', token: TOKEN }],
    ['`url` must be an http or https address', { url: 'file:///etc/passwd', token: TOKEN }],
    ['`url` must be an http or https address', { url: TOKEN, token: ADDRESS }],
    ['`url` must have no user name', { url: `https://x:${TOKEN}@latchkey.example.com`, token: TOKEN }],
    ['`url` must have no user name', { url: `${ADDRESS}?token=${TOKEN}`, token: TOKEN }],
    ['without /api/v1', { url: `${ADDRESS}/api/v1/`, token: TOKEN }],
    ['`timeoutMs` must be a whole number', { url: ADDRESS, token: TOKEN, timeoutMs: -1 }],
    ['`timeoutMs` must be a whole number', { url: ADDRESS, token: TOKEN, timeoutMs: Infinity }],
    ['`retries` must be a whole number from 0 to 10', { url: ADDRESS, token: TOKEN, retries: 11 }],
    ['`userAgent` must be printable', { url: ADDRESS, token: TOKEN, userAgent: 'a\r\nb: c' }],
  ])('that cannot be used are named, without their value: %s', (message, options) => {
    let error: unknown;
    try {
      error = new Latchkey(options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toContain(message);
    expect(shown(error)).not.toContain(TOKEN);
  });

  it('have the version of the package', () => {
    const { version } = JSON.parse(readFileSync(`${process.cwd()}/libs/sdk/package.json`, 'utf8'));
    expect(VERSION).toBe(version);
  });

  it('use the global fetch of the moment', async () => {
    const latchkey = new Latchkey({ url: ADDRESS, token: TOKEN });
    const original = globalThis.fetch;
    globalThis.fetch = async () => new Response('replaced');
    try {
      expect(await (await latchkey.fetch(ID, 'user')).text()).toBe('replaced');
    } finally {
      globalThis.fetch = original;
    }
  });
});

describe('the token', () => {
  it('is not in the client, nor in what it gives', async () => {
    const latchkey = made(async () => new Response(''));
    const bound = latchkey.integration(ID);
    expect(JSON.stringify({ latchkey })).toBe(`{"latchkey":{"url":"${ADDRESS}"}}`);
    expect(inspect(latchkey)).toContain('latchkey.example.com');
    for (const value of [
      latchkey,
      bound,
      bound.fetch,
      latchkey.listIntegrations(),
      structuredClone(latchkey),
    ]) {
      expect(shown(value)).not.toContain(TOKEN);
    }
  });

  it('is not in the error of a fetch that tells its request', async () => {
    const latchkey = made(async (_url, init) => {
      const deep = Object.assign(new Error(`sent ${TOKEN}`), { request: init, code: `E_${TOKEN}` });
      deep.name = `${TOKEN}Error`;
      throw Object.assign(new TypeError('fetch failed', { cause: deep }), {
        config: { headers: Object.fromEntries(new Headers(init!.headers)) },
      });
    });
    const error = await latchkey.fetch(ID, 'user').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'NETWORK_ERROR',
      message: `Latchkey at ${ADDRESS} could not be reached: sent [service token].`,
      cause: { message: 'fetch failed', cause: { code: 'E_[service token]' } },
    });
    expect(shown(error)).not.toContain(TOKEN);
  });

  it.each([[`thrown as text: ${TOKEN}`], [undefined], [{ headers: TOKEN }]])(
    'is not in an error that is none: %j',
    async (thrown) => {
      const error = await made(() => Promise.reject(thrown))
        .getCredential(ID)
        .catch((error: unknown) => error);
      expect(error).toMatchObject({ code: 'NETWORK_ERROR' });
      expect(shown(error)).not.toContain(TOKEN);
    },
  );

  it('does not come back from a server that repeats the request', async () => {
    const wire = await Wire.start();
    try {
      wire.answers((request, response) => {
        const echo = request.headers.authorization!;
        const error = { code: 'FORBIDDEN', message: echo, details: { headers: [echo] }, request_id: echo };
        json(403, { success: false, error })(request, response);
      });
      const latchkey = new Latchkey({ url: wire.url, token: TOKEN }, new TestTiming());
      const error = await latchkey.getCredential(ID).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'FORBIDDEN', message: 'Bearer [service token]' });
      expect(shown(error)).not.toContain(TOKEN);
    } finally {
      await wire.close();
    }
  });
});

// Checked by the compiler: the hand-written types are those of the document.
type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;
type Names<T> = { [Name in keyof T as Camel<Name & string>]: 1 };
type Same<A, B> = [A, B] extends [B, A] ? true : never;
type Wired = Schemas['IntegrationDto'];
export const agreements: [
  Same<keyof Integration, keyof Omit<Names<Wired>, 'allowedActions'>>,
  Same<keyof Credential, keyof Names<Schemas['CredentialValueDto']>>,
  Same<Integration['status'], Wired['status']>,
  Same<Integration['tokenStatus'], Wired['token_status']>,
] = [true, true, true, true];
