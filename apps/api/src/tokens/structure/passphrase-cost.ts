/**
 * A passphrase is stretched as often as the key file says, on the thread that everything runs on: whoever may enter a
 * key could stop the program with one that says a billion times. So the file is read before it is opened, and what
 * is not written in the usual way is not opened at all.
 */

/** Tools make from 2048 to some hundred thousand; this many take about a third of a second. */
const MOST_ITERATIONS = 1_000_000;
/** ssh-keygen makes 24; each costs a few milliseconds. */
const MOST_ROUNDS = 100;

const OPENSSH_MAGIC = Buffer.from('openssh-key-v1\0');
/** DER of 1.2.840.113549.1.5.13 and .12 (RFC 8018, appendix A). */
const PBES2 = Buffer.from('06092a864886f70d01050d', 'hex');
const PBKDF2 = Buffer.from('06092a864886f70d01050c', 'hex');
const SEQUENCE = 0x30;
const OCTETS = 0x04;
const INTEGER = 0x02;

/** The bytes of a PEM text that holds this one block and nothing else. */
function contentOf(pem: string, label: string): Buffer {
  const block = new RegExp(`^\\s*-----BEGIN ${label}-----([A-Za-z0-9+/=\\s]+)-----END ${label}-----\\s*$`);
  return Buffer.from(block.exec(pem)?.[1] ?? '', 'base64');
}

interface Element {
  start: number;
  end: number;
}

/** Where the value of a DER element is that must have this tag; nowhere when it has not. */
function element(der: Buffer, at: number | undefined, tag: number): Element | undefined {
  const first = at === undefined ? undefined : der[at + 1];
  if (at === undefined || first === undefined || der[at] !== tag) return undefined;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + octets;
  if ((first >= 0x80 && octets === 0) || octets > 3 || start > der.length) return undefined;
  const end = start + (octets === 0 ? first : der.readUIntBE(at + 2, octets));
  return end <= der.length ? { start, end } : undefined;
}

function after(der: Buffer, at: number | undefined, bytes: Buffer): number | undefined {
  if (at === undefined || !der.subarray(at, at + bytes.length).equals(bytes)) return undefined;
  return at + bytes.length;
}

/** True for an encrypted PKCS#8 key whose passphrase goes through PBKDF2, and not too often. */
export function opensCheaply(pem: string): boolean {
  const der = contentOf(pem, 'ENCRYPTED PRIVATE KEY');
  const algorithm = element(der, element(der, 0, SEQUENCE)?.start, SEQUENCE);
  const scheme = element(der, after(der, algorithm?.start, PBES2), SEQUENCE);
  const derivation = element(der, scheme?.start, SEQUENCE);
  const parameters = element(der, after(der, derivation?.start, PBKDF2), SEQUENCE);
  const salt = element(der, parameters?.start, OCTETS);
  const iterations = element(der, salt?.end, INTEGER);
  if (!iterations) return false;
  const length = iterations.end - iterations.start;
  if (length < 1 || length > 4) return false;
  return der.readUIntBE(iterations.start, length) <= MOST_ITERATIONS;
}

/** False for an OpenSSH key (PROTOCOL.key of OpenSSH) that says too often or cannot be read; true for other texts. */
export function sshOpensCheaply(pem: string): boolean {
  if (!pem.includes('OPENSSH')) return true;
  const blob = contentOf(pem, 'OPENSSH PRIVATE KEY');
  let at = after(blob, 0, OPENSSH_MAGIC) ?? blob.length;
  const next = (): Buffer => {
    const length = at + 4 <= blob.length ? blob.readUInt32BE(at) : 0;
    const value = blob.subarray(at + 4, at + 4 + length);
    at += 4 + length;
    return value;
  };
  next(); // the cipher
  const derivation = next().toString('latin1');
  if (derivation === 'none') return true;
  const options = next();
  const saltLength = options.length >= 4 ? options.readUInt32BE(0) : 0;
  if (derivation !== 'bcrypt' || options.length !== saltLength + 8) return false;
  return options.readUInt32BE(saltLength + 4) <= MOST_ROUNDS;
}
