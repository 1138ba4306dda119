import { describe, expect, it } from '@jest/globals';
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { derivedFernetKey, FernetError, openFernet, parseFernetKey } from './fernet.js';

// The values of generate.json, verify.json and invalid.json of https://github.com/fernet/spec.
const SECRET = 'cw_0x689RpI-jtRR7oE8h_eQsKImvJapLeSbXpwF4e4=';
const TOKEN =
  'gAAAAAAdwJ6wAAECAwQFBgcICQoLDA0ODy021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==';
const INVALID: [what: string, token: string, now?: string][] = [
  [
    'an incorrect mac',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykQUFBQUFBQUFBQQ==',
  ],
  ['too few bytes', 'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPA=='],
  [
    'invalid base64',
    '%%%%%%%%%%%%%AECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
  ],
  [
    'a payload that is no multiple of the block size',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPOm73QeoCk9uGib28Xe5vz6oxq5nmxbx_v7mrfyudzUm',
  ],
  [
    'a wrong padding',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0ODz4LEpdELGQAad7aNEHbf-JkLPIpuiYRLQ3RtXatOYREu2FWke6CnJNYIbkuKNqOhw==',
  ],
  [
    'a time in the far future',
    'gAAAAAAdwStRAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAnja1xKYyhd-Y6mSkTOyTGJmw2Xc2a6kBd-iX9b_qXQcw==',
  ],
  [
    'a time to live that is over',
    'gAAAAAAdwJ6xAAECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAl1-szkFVzXTuGb4hR8AKtwcaX1YdykRtfsH-p1YsUD2Q==',
    '1985-10-26T01:21:31-07:00',
  ],
  [
    'an incorrect initialisation vector',
    'gAAAAAAdwJ6xBQECAwQFBgcICQoLDA0OD3HkMATM5lFqGaerZ-fWPAkLhFLHpGtDBRLRTZeUfWgHSv49TF2AUEZ1TIvcZjK1zQ==',
  ],
  ['characters behind the padding', `${TOKEN}trailingdata`],
  [
    'characters that are none of base64',
    '*gAAAAAAdwJ6wAAECAwQFBgcI!CQoLDA0ODy021?cpGVWKZ_eEwC@GM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==',
  ],
  [
    'characters of the other base64',
    'gAAAAAAdwJ6wAAEC/AwQFBgcICQoLDA0ODy+021cpGVWKZ_eEwCGM4BLLF_5CV9dOPmrhuVUPgJobwOz7JcbmrR64jVmpU4IwqDA==',
  ],
];
const key = parseFernetKey(SECRET)!;
const at = (time: string) => ({ ttlSeconds: 60, nowSeconds: Date.parse(time) / 1000 });

/** What generate.json makes, written apart from what is tested. */
function generate(secret: Buffer, text: string, time: number, iv: Buffer): string {
  const header = Buffer.alloc(9);
  header.writeUInt8(0x80);
  header.writeBigUInt64BE(BigInt(time), 1);
  const cipher = createCipheriv('aes-128-cbc', secret.subarray(16), iv);
  const signed = Buffer.concat([header, iv, cipher.update(text, 'utf8'), cipher.final()]);
  const mac = createHmac('sha256', secret.subarray(0, 16)).update(signed).digest();
  const padded = Buffer.concat([signed, mac]).toString('base64');
  return padded.replaceAll('+', '-').replaceAll('/', '_');
}

describe('a Fernet token', () => {
  it('opens to what the specification sealed', () => {
    expect(openFernet(key, TOKEN, at('1985-10-26T01:20:01-07:00')).toString()).toBe('hello');
    expect(openFernet(key, TOKEN).toString()).toBe('hello');
  });

  it('is what the specification makes of the same values, so that the tests of the import make it rightly', () => {
    const iv = Buffer.from(Array.from({ length: 16 }, (_, index) => index));
    expect(generate(key, 'hello', at('1985-10-26T01:20:00-07:00').nowSeconds, iv)).toBe(TOKEN);
  });

  it.each(INVALID)('does not open with %s', (_, token, now = '1985-10-26T01:20:01-07:00') => {
    expect(() => openFernet(key, token, at(now))).toThrow(FernetError);
  });

  it('does not open under another key, and is told from what is no token at all', () => {
    const kind = (token: string) => {
      try {
        openFernet(randomBytes(32), token);
        return undefined;
      } catch (error) {
        return (error as FernetError).kind;
      }
    };
    expect([kind(TOKEN), kind('hello'), kind('')]).toEqual(['refused', 'malformed', 'malformed']);
  });

  it.each(['', 'short', SECRET.slice(1), `${SECRET}A`, 'not base64 at all!', SECRET.replaceAll('_', '/')])(
    'has no key in %j',
    (text) => {
      expect(parseFernetKey(text)).toBeUndefined();
    },
  );

  it('opens under the key that seed 000 derives from its master key', () => {
    // python: base64.urlsafe_b64encode(hashlib.pbkdf2_hmac('sha256', b'a passphrase', b'devops-command-center-salt', 100000))
    const derived = derivedFernetKey('a passphrase');
    expect(derived.toString('base64url')).toBe(PYTHON_KEY);
    expect(openFernet(derived, generate(derived, '{}', 1, randomBytes(16))).toString()).toBe('{}');
  });
});

const PYTHON_KEY = 'NyK5RZMoDkNQUkhwB-n9CakW5Xt7gVjlL3RW5n4B534';
