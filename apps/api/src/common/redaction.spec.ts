import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { REDACTED, redactFields, redactValues } from './redaction.js';

describe('redactFields', () => {
  it.each([
    'password',
    'Password',
    'new_password',
    'passwd',
    'passphrase',
    'clientSecret',
    'client-secret',
    'secret_id',
    'token',
    'access_token',
    'refreshToken',
    'id token',
    'api_key',
    'apiKey',
    'X-API-Key',
    'Authorization',
    'Proxy-Authorization',
    'cookie',
    'Set-Cookie',
    'private_key',
    'privateKeyPem',
    'credential',
    'credentials',
    'aws_secret_access_key',
    'X-Hub-Signature-256',
    'otp',
    'connectionString',
    'code_verifier',
  ])('hides the field %s', (name) => {
    expect(redactFields({ [name]: 'hunter22', other: { [name]: ['hunter22'] } })).toEqual({
      [name]: REDACTED,
      other: { [name]: REDACTED },
    });
  });

  it.each([
    'name',
    'author',
    'status',
    'token_type',
    'expires_in',
    'token_expires_at',
    'credential_id',
    'tokenCount',
  ])('leaves the field %s', (name) => expect(redactFields({ [name]: 'shown' })).toEqual({ [name]: 'shown' }));

  it('hides the names it is given, in any spelling', () => {
    expect(redactFields({ webhookUrl: 'https://x', 'WEBHOOK-URL': 1, url: 'y' }, ['webhook_url'])).toEqual({
      webhookUrl: REDACTED,
      'WEBHOOK-URL': REDACTED,
      url: 'y',
    });
  });

  it('keeps what only tells whether there is a secret', () => {
    const value = { has_password: true, requires_token: false, secret: null, token: undefined };
    expect(redactFields(value)).toEqual(value);
  });

  it('copies and does not change what it is given', () => {
    const value = { list: [{ password: 'hunter22' }], at: new Date(0) };
    const copy = redactFields(value);
    expect(copy).toEqual({ list: [{ password: REDACTED }], at: new Date(0) });
    expect(value.list[0]?.password).toBe('hunter22');
    expect(copy).not.toBe(value);
  });

  it('reads lists of names and values', () => {
    const headers = [
      { name: 'Authorization', value: 'Bearer hunter22' },
      { name: 'Accept', value: '*/*' },
    ];
    expect(redactFields(headers)).toEqual([
      { name: 'Authorization', value: REDACTED },
      { name: 'Accept', value: '*/*' },
    ]);
  });

  it('knows maps, sets, headers, URLs, buffers and errors', () => {
    expect(redactFields(new Map([['token', 'hunter22']]))).toEqual(new Map([['token', REDACTED]]));
    expect(redactFields(new Set([{ token: 'hunter22' }]))).toEqual(new Set([{ token: REDACTED }]));
    expect(redactFields(new Headers({ authorization: 'hunter22' }))).toEqual(
      new Map([['authorization', REDACTED]]),
    );
    expect(redactFields(new URL('https://me:hunter22@a.test/?token=hunter22&page=2'))).toBe(
      'https://a.test/?token=%5Bredacted%5D&page=2',
    );
    expect(redactFields(new URL('https://a.test/?a=%20b'))).toBe('https://a.test/?a=+b');
    expect(redactFields(Buffer.from('hunter22'))).toBe('[8 bytes]');
    const error = Object.assign(new Error('failed', { cause: { secret: 'hunter22' } }), {
      password: 'hunter22',
    });
    expect(redactFields(error)).toMatchObject({
      message: 'failed',
      cause: { secret: REDACTED },
      password: REDACTED,
    });
  });

  it('ends in cycles, in great depth and in shared parts', () => {
    const cycle: Record<string, unknown> = { name: 'a' };
    cycle.self = cycle;
    expect(redactFields(cycle)).toEqual({ name: 'a', self: '[circular]' });
    let deep: unknown = 'end';
    for (let level = 0; level < 10_000; level += 1) deep = { deep };
    expect(JSON.stringify(redactFields(deep))).toContain('[too deep]');
    let doubled: unknown = 'end';
    for (let level = 0; level < 60; level += 1) doubled = [doubled, doubled];
    expect(Array.isArray(redactFields(doubled))).toBe(true);
  });

  it('does not fall for __proto__', () => {
    const copy = redactFields(JSON.parse('{"__proto__":{"admin":true},"a":1}')) as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(['__proto__', 'a']);
  });

  it('never lets a value through under a secret name, wherever it is', () => {
    const marker = 'canary-5b1f';
    const name = fc.constantFrom(
      'password',
      'API-Key',
      'accessToken',
      'client_secret',
      'Cookie',
      'extra field',
    );
    const secret = fc.oneof(
      fc.constant(marker),
      fc.constant([marker]),
      fc.constant({ value: { inner: marker } }),
      fc.constant(new Map([['x', marker]])),
    );
    const harmless = fc.jsonValue({ maxDepth: 3 });
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        harmless,
        fc.tuple(name, secret).map(([key, value]) => ({ [key]: value })),
        fc.array(tie('tree'), { maxLength: 3 }),
        fc.dictionary(fc.string(), tie('tree'), { maxKeys: 3 }),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        expect(JSON.stringify(redactFields(value, ['extraField'])) ?? '').not.toContain(marker);
      }),
      { numRuns: 500 },
    );
  });
});

describe('redactValues', () => {
  const secret = 'p@ss w/ö"rd\\<&>\n!';

  it.each([
    ['itself', secret],
    ['base64', Buffer.from(secret).toString('base64')],
    ['base64 without padding', Buffer.from(secret).toString('base64').replace(/=+$/, '')],
    ['base64url', Buffer.from(secret).toString('base64url')],
    ['hex', Buffer.from(secret).toString('hex')],
    ['URL-encoded', encodeURIComponent(secret)],
    ['a form', new URLSearchParams({ a: secret }).toString().slice(2)],
    ['a query', new URL(`https://a.test/?q=${encodeURIComponent(secret)}`).search.slice(3)],
    ['small hex digits', encodeURIComponent(secret).replace(/%../g, (each) => each.toLowerCase())],
    ['base64 in a URL', encodeURIComponent(Buffer.from(secret).toString('base64'))],
    ['JSON', JSON.stringify(secret).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify({ a: secret })).slice(10, -4)],
    ['JSON for HTML', 'p@ss w/ö\\"rd\\\\\\u003c\\u0026\\u003e\\n!'],
    ['JSON in ASCII', 'p@ss w/\\u00f6\\"rd\\\\<&>\\n!'],
    ['JSON with slashes escaped', JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/')],
  ])('hides a value as %s', (_form, text) => {
    expect(redactValues(`before ${text} after ${text}`, [secret])).toBe(
      `before ${REDACTED} after ${REDACTED}`,
    );
  });

  it('hides a value within a longer text that is in base64, wherever it stands there', () => {
    const text = fc.string({ unit: 'grapheme' });
    const value = fc.stringMatching(/^[!-~]{10,40}$/);
    const encoding = fc.constantFrom('base64', 'base64url');
    fc.assert(
      fc.property(text, value, text, encoding, (before, each, after, form) => {
        const coded = Buffer.from(`${before}${each}${after}`).toString(form as 'base64');
        const shown = redactValues(`a=${coded}; b`, [each]);
        const parts = /^a=(.*); b$/s.exec(shown)![1]!.split(REDACTED);
        const [left = '', right = ''] = [parts[0], parts.at(-1)];
        expect(parts.length).toBeGreaterThan(1);
        expect([coded.startsWith(left), coded.endsWith(right)]).toEqual([true, true]);
        // Six bits a character: none of those that are left is of the value.
        const [start, end] = [Buffer.byteLength(before), Buffer.byteLength(before) + each.length];
        expect(left.length * 6).toBeLessThanOrEqual(start * 8);
        expect((coded.length - right.length) * 6).toBeGreaterThanOrEqual(end * 8);
      }),
    );
  });

  it('leaves words beside it, and base64 of something else', () => {
    const [coded, other] = ['id:hunter22-x', 'id:hunted22-x'].map((each) =>
      Buffer.from(each).toString('base64'),
    );
    expect(redactValues(`a="${coded}", b="${other}"`, ['hunter22'])).toBe(
      `a="aWQ${REDACTED}teA==", b="${other}"`,
    );
  });

  it('hides a Basic authorization', () => {
    const header = Buffer.from('somebody:hunter22').toString('base64');
    expect(redactValues(`Basic ${header}, hunter22`, [{ user: 'somebody', value: 'hunter22' }])).toBe(
      `Basic ${REDACTED}, ${REDACTED}`,
    );
  });

  it('leaves values that are too short, and texts without a secret', () => {
    expect(redactValues('abc', ['abc', '', 'a'])).toBe('abc');
    expect(redactValues('nothing here', ['hunter22'])).toBe('nothing here');
  });

  it('hides overlapping secrets as a whole', () => {
    expect(redactValues('xabcdefghix', ['abcdef', 'defghi'])).toBe(`x${REDACTED}x`);
    expect(redactValues('aaaaa', ['aaaa'])).toBe(REDACTED);
    expect(redactValues('hunter22-long', ['hunter22', 'hunter22-long'])).toBe(REDACTED);
  });

  it('hides the lines of a private key that was indented', () => {
    const lines = ['MIGHAgEAMBMGByqGSM49', 'AgEGCCqGSM49AwEHBG0w'];
    const key = ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
    const shown = redactValues(`key: |\n  ${key.replaceAll('\n', '\r\n  ')}`, [key]);
    for (const line of lines) expect(shown).not.toContain(line);
  });

  it('never lets a secret through, in any form, anywhere', () => {
    // A value that is itself a part of the replacement cannot be told from it.
    const value = fc
      .string({ unit: 'grapheme', minLength: 4, maxLength: 24 })
      .filter((each) => !/[[\]]/.test(each) && !'redacted'.includes(each) && each.length >= 4);
    const forms: ReadonlyArray<(each: string) => string> = [
      (each) => each,
      (each) => Buffer.from(each).toString('base64'),
      (each) => Buffer.from(each).toString('base64url'),
      (each) => encodeURIComponent(each),
      (each) => JSON.stringify(each).slice(1, -1),
      (each) => Buffer.from(`user:${each}`).toString('base64'),
    ];
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 4 }),
        fc.array(fc.string()),
        fc.nat(),
        (values, noise, seed) => {
          const carried = values.map((each, index) => (forms[(seed + index) % forms.length] ?? String)(each));
          const text = carried.map((each, index) => `${noise[index] ?? ''}${each}`).join(noise.at(-1) ?? '');
          const shown = redactValues(
            text,
            values.map((each) => ({ user: 'user', value: each })),
          );
          for (const each of [...values, ...carried])
            expect(shown.includes(each) && !REDACTED.includes(each)).toBe(false);
        },
      ),
      { numRuns: 1000 },
    );
  });
});
