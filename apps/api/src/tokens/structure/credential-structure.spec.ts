import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { loadCatalogue } from '@latchkey/catalogue';
import ssh2 from 'ssh2';
import { type CertificateAndKey, TestAuthority } from '../../../test/support/certificates.js';
import { redactFields, REDACTED } from '../../common/redaction.js';
import type { CredentialFields } from '../credentials.service.js';
import { checkStructure, credentialExpiry } from './credential-structure.js';

const catalogue = loadCatalogue();
const ways = catalogue.list().flatMap(({ auth }) => auth);

function check(type: string, fields: CredentialFields, now = new Date()) {
  const way = ways.find(({ credential_type: candidate }) => candidate === type)!;
  return checkStructure(way, fields, now);
}

const pem = {
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
} as const;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048, ...pem });
const weak = generateKeyPairSync('rsa', { modulusLength: 1024, ...pem });
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256', ...pem });
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384', ...pem });
const encrypted = createPrivateKey(rsa.privateKey).export({
  type: 'pkcs8',
  format: 'pem',
  cipher: 'aes-256-cbc',
  passphrase: 'open sesame',
}) as string;
const openssh = ssh2.utils.generateKeyPairSync('ed25519');
const lockedSsh = ssh2.utils.generateKeyPairSync('ed25519', {
  passphrase: 'open sesame',
  cipher: 'aes256-ctr',
  rounds: 4,
});

let authority: TestAuthority;
let leaf: CertificateAndKey;
let old: CertificateAndKey;
let plain: string;

beforeAll(() => {
  authority = new TestAuthority();
  leaf = authority.issue(['DNS:client.test']);
  old = authority.issue(['DNS:client.test'], { expired: true });
  plain = createPrivateKey(leaf.key).export({ type: 'pkcs8', format: 'pem' }) as string;
});

const aws = (fields: object) => ({
  access_key_id: 'AKIAIOSFODNN7EXAMPLE',
  secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  ...fields,
});

type Case = [what: string, type: string, fields: () => CredentialFields, errors: Record<string, string[]>];

const cases: Case[] = [
  ['an RSA key', 'jwt', () => ({ algorithm: 'RS256', private_key: rsa.privateKey }), {}],
  ['a P-256 key', 'jwt', () => ({ algorithm: 'ES256', private_key: p256.privateKey }), {}],
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
    { private_key: ['must be an RSA key of at least 2048 bits'] },
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
  ['a certificate and its key', 'mtls', () => ({ certificate: leaf.cert, private_key: leaf.key }), {}],
  ['the key in PKCS#8', 'mtls', () => ({ certificate: leaf.cert, private_key: plain }), {}],
  [
    'the key of another certificate',
    'mtls',
    () => ({ certificate: leaf.cert, private_key: rsa.privateKey }),
    { private_key: ['does not belong to the certificate'] },
  ],
  [
    'an expired certificate',
    'mtls',
    () => ({ certificate: old.cert, private_key: old.key }),
    { certificate: ['expired on 2021-01-01'] },
  ],
  [
    'neither certificate nor key',
    'mtls',
    () => ({ certificate: 'a', private_key: 'b' }),
    {
      certificate: ['must be a certificate in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE'],
      private_key: ['must be a private key in PEM form, from BEGIN to END'],
    },
  ],
  [
    'an encrypted key without its passphrase',
    'mtls',
    () => ({ certificate: leaf.cert, private_key: encrypted }),
    { passphrase: ['is required: the private key is encrypted'] },
  ],
  [
    'an encrypted key with a wrong passphrase',
    'mtls',
    () => ({ certificate: leaf.cert, private_key: encrypted, passphrase: 'wrong' }),
    { passphrase: ['does not open the private key'] },
  ],
  ['an OpenSSH key for SSH', 'ssh_key', () => ({ private_key: openssh.private }), {}],
  ['a PEM key for SSH', 'ssh_key', () => ({ private_key: leaf.key }), {}],
  [
    'a locked key with its passphrase',
    'ssh_key',
    () => ({ private_key: lockedSsh.private, passphrase: 'open sesame' }),
    {},
  ],
  [
    'a locked key without',
    'ssh_key',
    () => ({ private_key: lockedSsh.private }),
    { passphrase: ['is required: the private key is encrypted'] },
  ],
  [
    'a locked key with another passphrase',
    'ssh_key',
    () => ({ private_key: lockedSsh.private, passphrase: 'wrong' }),
    { passphrase: ['does not open the private key'] },
  ],
  [
    'a public SSH key',
    'ssh_key',
    () => ({ private_key: openssh.public }),
    { private_key: ['is a public key: paste the private one'] },
  ],
  [
    'what is no SSH key',
    'ssh_key',
    () => ({ private_key: 'hunter2' }),
    { private_key: ['cannot be read: paste the whole file of the private key, from BEGIN to END'] },
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
    for (const [, type, fields] of cases) {
      const said = JSON.stringify(check(type, fields()));
      for (const value of Object.values(fields()))
        if (String(value).length > 8) expect(said).not.toContain(value);
    }
  });

  it('goes by the time it is told', () => {
    const fields = { certificate: leaf.cert, private_key: leaf.key };
    expect(check('mtls', fields, new Date(Date.now() + 3 * 86_400_000))).toEqual({
      certificate: [expect.stringMatching(/^expired on \d{4}-\d\d-\d\d$/)],
    });
  });

  it('has nothing to say about kinds without a structure', () => {
    expect(check('api_token', { token: 'x' })).toEqual({});
  });
});

describe('credentialExpiry', () => {
  it('is the end of a client certificate, and nothing for the others', () => {
    expect(credentialExpiry('mtls', { certificate: old.cert })).toEqual(new Date('2021-01-01T00:00:00Z'));
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
