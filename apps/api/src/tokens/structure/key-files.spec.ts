import { createPrivateKey } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import ssh2 from 'ssh2';
import { TestAuthority } from '../../../test/support/certificates.js';
import { keyPair } from '../../../test/support/key-pairs.js';
import {
  check,
  lock,
  PASSPHRASE,
  repeated,
  type StructureCase,
} from '../../../test/support/structure-check.js';

const authority = new TestAuthority();
const leaf = authority.issue(['DNS:client.test']);
const old = authority.issue(['DNS:client.test'], { expired: true });
const lockedLeaf = lock(leaf.key);
const plain = createPrivateKey(leaf.key).export({ type: 'pkcs8', format: 'pem' }) as string;
const rsa = keyPair('rsa');
const encrypted = lock(rsa.privateKey);
const openssh = ssh2.utils.generateKeyPairSync('ed25519');
const lockedSsh = ssh2.utils.generateKeyPairSync('ed25519', {
  passphrase: PASSPHRASE,
  cipher: 'aes256-ctr',
  rounds: 4,
});

/** The bytes of a PEM text changed, where they are found. */
function patched(text: string, from: Buffer, to: Buffer): string {
  const [head = '', ...lines] = text.trim().split('\n');
  const foot = lines.pop() ?? '';
  const bytes = Buffer.from(lines.join(''), 'base64');
  to.copy(bytes, bytes.indexOf(from));
  return [head, ...(bytes.toString('base64').match(/.{1,64}/g) ?? []), foot].join('\n');
}

/** Two bytes more, so that 2048 iterations become two billion. */
function endless(text: string): string {
  const der = Buffer.from(text.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  const at = der.indexOf(Buffer.from('02020800', 'hex'));
  const bytes = Buffer.concat([
    der.subarray(0, at),
    Buffer.from('02047fffffff', 'hex'),
    der.subarray(at + 4),
  ]);
  // The lengths of what holds the number: the key with two bytes for it, the others with one.
  bytes.writeUInt16BE(bytes.readUInt16BE(2) + 2, 2);
  for (const header of [5, 18, 20, 33]) bytes[header]! += 2;
  return `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${bytes.toString('base64')}\n-----END ENCRYPTED PRIVATE KEY-----`;
}

/** Four rounds become four billion. */
const tireless = (text: string) =>
  patched(text, Buffer.from('0000000400000001', 'hex'), Buffer.from('ffffffff00000001', 'hex'));

const cases: StructureCase[] = [
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
    () => ({ private_key: lockedSsh.private, passphrase: PASSPHRASE }),
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
    'an SSH key that says to stretch its passphrase for years',
    'ssh_key',
    () => ({ private_key: tireless(lockedSsh.private), passphrase: PASSPHRASE }),
    { private_key: ['cannot be opened here: convert a copy with ssh-keygen -p -a 24 -f <copy>'] },
  ],
  [
    'a key that says to stretch its passphrase for years',
    'mtls',
    () => ({ certificate: leaf.cert, private_key: endless(encrypted), passphrase: PASSPHRASE }),
    { private_key: [expect.stringContaining('convert a copy with openssl pkcs8')] },
  ],
  [
    'two keys',
    'mtls',
    () => ({ certificate: leaf.cert, private_key: `${leaf.key}\n${encrypted}`, passphrase: PASSPHRASE }),
    { private_key: ['must be the private key alone, without certificates'] },
  ],
  [
    'an encrypted key and its passphrase',
    'mtls',
    () => ({ certificate: leaf.cert, private_key: lockedLeaf, passphrase: PASSPHRASE }),
    {},
  ],
  [
    'an SSH key in PKCS#8',
    'ssh_key',
    () => ({ private_key: plain }),
    { private_key: ['is in PKCS#8 form: convert a copy with ssh-keygen -p -f <copy>'] },
  ],
  [
    'what is no SSH key',
    'ssh_key',
    () => ({ private_key: 'hunter2' }),
    { private_key: ['cannot be read: paste the whole file of the private key, from BEGIN to END'] },
  ],
];

describe('certificates and key files', () => {
  it.each(cases)('%s (%s)', (_what, type, fields, errors) => {
    expect(check(type, fields())).toEqual(errors);
  });

  it('are not repeated in what is said of them', () => {
    expect(repeated(cases)).toEqual([]);
  });

  it('are judged by the time they are given', () => {
    const fields = { certificate: leaf.cert, private_key: leaf.key };
    expect(check('mtls', fields, new Date(Date.now() + 3 * 86_400_000))).toEqual({
      certificate: [expect.stringMatching(/^expired on \d{4}-\d\d-\d\d$/)],
    });
  });
});
