import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import ssh2 from 'ssh2';
import { TestAuthority } from '../../../test/support/certificates.js';
import { keyPair } from '../../../test/support/key-pairs.js';
import { check, lock, repeated, type StructureCase, ways } from '../../../test/support/structure-check.js';
import { redactFields, REDACTED } from '../../common/redaction.js';
import { checkStructure, credentialExpiry } from './credential-structure.js';

const rsa = keyPair('rsa');
const weak = keyPair('weak rsa');
const p256 = keyPair('P-256');
const p384 = keyPair('P-384');
const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const encrypted = lock(rsa.privateKey);
const openssh = ssh2.utils.generateKeyPairSync('ed25519');
const leaf = new TestAuthority().issue(['DNS:client.test'], { expired: true });

const aws = (fields: object) => ({
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  ...fields,
});

const cases: StructureCase[] = [
  ['an RSA key', 'jwt', () => ({ algorithm: 'RS256', private_key: rsa.privateKey }), {}],
  ['a P-256 key', 'jwt', () => ({ algorithm: 'ES256', private_key: p256.privateKey }), {}],
  ['an Ed25519 key', 'jwt', () => ({ algorithm: 'EdDSA', private_key: ed25519 }), {}],
  [
    'another key for EdDSA',
    'jwt',
    () => ({ algorithm: 'EdDSA', private_key: p256.privateKey }),
    { private_key: ['must be an Ed25519 key for EdDSA'] },
  ],
  [
    'an Ed25519 key for ES256',
    'jwt',
    () => ({ algorithm: 'ES256', private_key: ed25519 }),
    { private_key: ['must be a P-256 key for ES256'] },
  ],
  ['a secret of 32 bytes', 'jwt', () => ({ algorithm: 'HS256', secret: 'ä'.repeat(16) }), {}],
  ['no key', 'jwt', () => ({ algorithm: 'RS256' }), { private_key: ['is required for RS256'] }],
  ['no secret', 'jwt', () => ({ algorithm: 'HS256' }), { secret: ['is required for HS256'] }],
  [
    'a short secret',
    'jwt',
    () => ({ algorithm: 'HS256', secret: 'x'.repeat(31) }),
    { secret: ['must be at least 32 bytes long'] },
  ],
  [
    'a secret with RS256',
    'jwt',
    () => ({ algorithm: 'RS256', private_key: rsa.privateKey, secret: 'x' }),
    { secret: ['is not used by RS256: leave it empty'] },
  ],
  [
    'a key with HS256',
    'jwt',
    () => ({ algorithm: 'HS256', private_key: rsa.privateKey, secret: 'x' }),
    { private_key: ['is not used by HS256: leave it empty'] },
  ],
  [
    'an EC key for RS256',
    'jwt',
    () => ({ algorithm: 'RS256', private_key: p256.privateKey }),
    { private_key: ['must be an RSA key for RS256'] },
  ],
  [
    'a P-384 key for ES256',
    'jwt',
    () => ({ algorithm: 'ES256', private_key: p384.privateKey }),
    { private_key: ['must be a P-256 key for ES256'] },
  ],
  [
    'an RSA key for ES256',
    'jwt',
    () => ({ algorithm: 'ES256', private_key: rsa.privateKey }),
    { private_key: ['must be a P-256 key for ES256'] },
  ],
  [
    'an RSA key of 1024 bits',
    'github_app',
    () => ({ private_key: weak.privateKey }),
    { private_key: ['must be an RSA key of 2048 to 8192 bits'] },
  ],
  [
    'a public key',
    'github_app',
    () => ({ private_key: rsa.publicKey }),
    { private_key: ['is a public key: paste the private key that belongs to it'] },
  ],
  [
    'a certificate as the key',
    'github_app',
    () => ({ private_key: leaf.cert }),
    { private_key: ['is a certificate: paste the private key that belongs to it'] },
  ],
  [
    'a text that is no key',
    'github_app',
    () => ({ private_key: 'hunter2' }),
    { private_key: ['must be a private key in PEM form, from BEGIN to END'] },
  ],
  [
    'a key cut short',
    'github_app',
    () => ({ private_key: rsa.privateKey.slice(0, 300) }),
    { private_key: ['cannot be read: paste the whole file, from BEGIN to END, unchanged'] },
  ],
  [
    'an OpenSSH key',
    'github_app',
    () => ({ private_key: openssh.private }),
    { private_key: ['is in OpenSSH form: convert a copy with ssh-keygen -p -m PEM -f <copy>'] },
  ],
  [
    'an encrypted key where there is no passphrase',
    'github_app',
    () => ({ private_key: encrypted }),
    { private_key: ['must not be encrypted: remove the passphrase from a copy'] },
  ],
  [
    'an EC key after the name of its curve',
    'jwt',
    () => ({
      algorithm: 'ES256',
      private_key: `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${p256.privateKey}`,
    }),
    {},
  ],
  ['AWS keys', 'aws_access_key', () => aws({}), {}],
  [
    'a secret with spaces',
    'aws_access_key',
    () => aws({ secret_access_key: 'secret: abcdefghijklmnop' }),
    {
      secret_access_key: ['must be the secret access key alone: letters, digits, + and /, without spaces'],
    },
  ],
  [
    'temporary keys without a token',
    'aws_assume_role',
    () => aws({ access_key_id: 'ASIAIOSFODNN7EXAMPLE' }),
    { session_token: ['is required: an access key that starts with ASIA is temporary'] },
  ],
  [
    'a token with keys that last',
    'aws_access_key',
    () => aws({ session_token: 'x' }),
    { session_token: ['belongs to temporary keys, which start with ASIA: leave it empty'] },
  ],
  ['a token URL with a query', 'client_credentials', () => ({ token_url: 'https://a.example/t?p=1' }), {}],
  [
    'a token URL with a password',
    'client_credentials',
    () => ({ token_url: 'https://u:p@a.example/t' }),
    { token_url: ['must not contain a user name or password: they have fields of their own'] },
  ],
  [
    'a token URL that is none',
    'client_credentials',
    () => ({ token_url: 'https://' }),
    { token_url: ['must be a URL that starts with https:// or http://'] },
  ],
];

describe('checkStructure', () => {
  it.each(cases)('%s (%s)', (_what, type, fields, errors) => {
    expect(check(type, fields())).toEqual(errors);
  });

  it('repeats nothing of what it was given', () => {
    expect(repeated(cases)).toEqual([]);
  });

  it('has nothing to say about kinds without a structure', () => {
    expect(check('api_token', { token: 'x' })).toEqual({});
  });
});

describe('credentialExpiry', () => {
  it('is the end of a client certificate, and nothing for the others', () => {
    expect(credentialExpiry('mtls', { certificate: leaf.cert })).toEqual(new Date('2021-01-01T00:00:00Z'));
    expect(credentialExpiry('mtls', { certificate: 'x' })).toBeNull();
    expect(credentialExpiry('ssh_key', { private_key: openssh.private })).toBeNull();
  });
});

describe('the redactor of the logs', () => {
  it('knows the secret fields of every way by their names', () => {
    const names = ways.flatMap(({ schema }) =>
      Object.entries(schema.properties)
        .filter(([, field]) => field.writeOnly)
        .map(([name]) => name),
    );
    const redacted = redactFields(Object.fromEntries(names.map((name) => [name, 'secret'])));
    expect(Object.values(redacted as object).filter((value) => value !== REDACTED)).toEqual([]);
  });
});

describe('what no API takes as a key', () => {
  const header = ways.find(({ id }) => id === 'api_key_header')!;
  const at = new Date();

  it.each([' ', '\t', '   \n '])('is a secret of nothing but spaces: %j', (api_key) => {
    expect(checkStructure(header, { header_name: 'X-Key', api_key }, at)).toEqual({
      api_key: ['must not be blank'],
    });
  });

  it.each(['Host', 'content-length', 'Transfer-Encoding', 'Connection'])(
    'is what stands in the header %s, which HTTP itself needs',
    (header_name) => {
      expect(Object.keys(checkStructure(header, { header_name, api_key: 'k' }, at))).toEqual(['header_name']);
    },
  );

  it('is not what stands in a header of the API’s own', () => {
    expect(checkStructure(header, { header_name: 'X-Host', api_key: ' k ' }, at)).toEqual({});
  });
});
