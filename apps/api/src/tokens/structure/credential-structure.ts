import type { KeyObject } from 'node:crypto';
import { createRequire } from 'node:module';
import { type AuthWay, type CredentialType, isReservedHeader } from '@latchkey/catalogue';
import type { CredentialFields } from '../credentials.service.js';
import { certificateExpiry, checkClientCertificate } from './certificates.js';
import { sshOpensCheaply } from './passphrase-cost.js';
import { readPrivateKey, rsaProblem, type StructureErrors } from './private-keys.js';

const require = createRequire(import.meta.url);

type Check = (fields: CredentialFields, now: Date) => StructureErrors;

const text = (value: unknown): string => (value === undefined ? '' : String(value));

/** RFC 6749, section 3.2: an address that may have a query, and no fragment. */
function checkClientCredentials({ token_url: address }: CredentialFields): StructureErrors {
  if (address === undefined) return {};
  const url = URL.parse(text(address));
  if (!url) return { token_url: ['must be a URL that starts with https:// or http://'] };
  if (url.username || url.password)
    return { token_url: ['must not contain a user name or password: they have fields of their own'] };
  return {};
}

/** RFC 7518, section 3.2: a key shorter than the hash is weaker than the signature. */
const SHORTEST_SECRET = 32;

function checkSharedSecret({ secret, private_key: key }: CredentialFields): StructureErrors {
  if (key !== undefined) return { private_key: ['is not used by HS256: leave it empty'] };
  if (secret === undefined) return { secret: ['is required for HS256'] };
  if (Buffer.byteLength(text(secret)) < SHORTEST_SECRET)
    return { secret: [`must be at least ${SHORTEST_SECRET} bytes long`] };
  return {};
}

function checkJwt(fields: CredentialFields): StructureErrors {
  const { algorithm, private_key: pem, secret } = fields;
  if (algorithm === 'HS256') return checkSharedSecret(fields);
  if (secret !== undefined) return { secret: [`is not used by ${text(algorithm)}: leave it empty`] };
  if (pem === undefined) return { private_key: [`is required for ${text(algorithm)}`] };
  const read = readPrivateKey(text(pem), null);
  if ('errors' in read) return read.errors;
  const wrong = wrongKeyFor(text(algorithm), read.key);
  return wrong ? { private_key: [wrong] } : {};
}

function wrongKeyFor(algorithm: string, key: KeyObject): string | undefined {
  if (algorithm === 'RS256') return rsaProblem(key, algorithm);
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (algorithm === 'EdDSA') return type === 'ed25519' ? undefined : 'must be an Ed25519 key for EdDSA';
  const isP256 = type === 'ec' && details?.namedCurve === 'prime256v1';
  return isP256 ? undefined : 'must be a P-256 key for ES256';
}

function checkGithubApp({ private_key: pem }: CredentialFields): StructureErrors {
  const read = readPrivateKey(text(pem), null);
  if ('errors' in read) return read.errors;
  const wrong = rsaProblem(read.key, 'a GitHub App');
  return wrong ? { private_key: [wrong] } : {};
}

function checkAwsKeys(fields: CredentialFields): StructureErrors {
  const { access_key_id: id, secret_access_key: secret, session_token: token } = fields;
  const errors: StructureErrors = {};
  // The documentation promises no length; what is pasted with the label or cut short is caught.
  if (!/^[A-Za-z0-9+/=]{16,128}$/.test(text(secret)))
    errors.secret_access_key = [
      'must be the secret access key alone: letters, digits, + and /, without spaces',
    ];
  if (text(id).startsWith('ASIA') && token === undefined)
    errors.session_token = ['is required: an access key that starts with ASIA is temporary'];
  if (text(id).startsWith('AKIA') && token !== undefined)
    errors.session_token = ['belongs to temporary keys, which start with ASIA: leave it empty'];
  return errors;
}

const SSH_KEYS = /^(ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp(256|384|521))$/;

function explainSshKey(message: string, passphrase: string): StructureErrors {
  if (/no passphrase/i.test(message)) return { passphrase: ['is required: the private key is encrypted'] };
  if (passphrase && /passphrase|integrity|decrypt|bad/i.test(message))
    return { passphrase: ['does not open the private key'] };
  return { private_key: ['cannot be read: paste the whole file of the private key, from BEGIN to END'] };
}

function checkSshKey({ private_key: pem, passphrase }: CredentialFields): StructureErrors {
  if (/-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/.test(text(pem)))
    return { private_key: ['is in PKCS#8 form: convert a copy with ssh-keygen -p -f <copy>'] };
  if (!sshOpensCheaply(text(pem)))
    return { private_key: ['cannot be opened here: convert a copy with ssh-keygen -p -a 24 -f <copy>'] };
  // Loaded by the first who needs it: it takes 18 MB.
  const { utils } = require('ssh2') as typeof import('ssh2');
  const parsed = utils.parseKey(text(pem), passphrase === undefined ? undefined : text(passphrase));
  if (parsed instanceof Error) return explainSshKey(parsed.message, text(passphrase));
  const [key] = [parsed].flat();
  if (!key?.isPrivateKey()) return { private_key: ['is a public key: paste the private one'] };
  if (!SSH_KEYS.test(key.type)) return { private_key: ['must be an Ed25519, ECDSA or RSA key'] };
  const read = key.type === 'ssh-rsa' ? readPrivateKey(key.getPrivatePEM(), null) : undefined;
  const wrong = read && 'key' in read ? rsaProblem(read.key, 'SSH') : undefined;
  return wrong ? { private_key: [wrong] } : {};
}

const CHECKS: Partial<Record<CredentialType, Check>> = {
  client_credentials: checkClientCredentials,
  jwt: checkJwt,
  mtls: checkClientCertificate,
  github_app: checkGithubApp,
  aws_access_key: checkAwsKeys,
  aws_assume_role: checkAwsKeys,
  ssh_key: checkSshKey,
};

/** What was pasted as a secret and is nothing but spaces. */
function checkBlank({ schema }: AuthWay, fields: CredentialFields): StructureErrors {
  const blank = Object.entries(fields).filter(
    ([name, value]) => schema.properties[name]?.writeOnly && typeof value === 'string' && value.trim() === '',
  );
  return Object.fromEntries(blank.map(([name]) => [name, ['must not be blank']]));
}

/** A header that carries a key: not one of those that HTTP itself decides. */
function checkHeaderName({ header_name: name }: CredentialFields): StructureErrors {
  return typeof name === 'string' && isReservedHeader(name)
    ? { header_name: ['is a header that HTTP itself needs; the API reads its key from another one'] }
    : {};
}

/**
 * What JSON Schema cannot see of a credential: keys that parse and fit, certificates that have not expired. For
 * fields that the schema has accepted.
 * @returns errors by the name of the field; none when it is sound
 */
export function checkStructure(way: AuthWay, fields: CredentialFields, now: Date): StructureErrors {
  const blank = checkBlank(way, fields);
  if (Object.keys(blank).length > 0) return blank;
  return { ...checkHeaderName(fields), ...CHECKS[way.credential_type]?.(fields, now) };
}

/** When a credential ends by what it says itself; null for those that do not say. */
export function credentialExpiry(type: string, fields: CredentialFields): Date | null {
  return type === 'mtls' ? certificateExpiry(fields) : null;
}
