import { createHmac, type KeyObject, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { SERVICE_TOKEN_PREFIX } from '../common/program-authenticator.js';

/**
 * `lk_<organisation>_<secret><checksum>`, all of it letters, digits and underscores:
 * the organisation's id (22 characters of base62), 32 random bytes (43), and CRC-32 of everything before it (6).
 * Secret scanners find it by `lk_[0-9A-Za-z]{22}_[0-9A-Za-z]{49}` and tell a real one from a lookalike by the checksum,
 * without asking anybody.
 */
const SHAPE = /^lk_([0-9A-Za-z]{22})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ORGANIZATION_DIGITS = 22;
const SECRET_DIGITS = 43;
const CHECKSUM_DIGITS = 6;
const SECRET_BYTES = 32;
const HINT_DIGITS = 4;

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)]! + text;
  return text;
}

function fromBase62(text: string): bigint {
  return [...text].reduce((value, digit) => value * 62n + BigInt(DIGITS.indexOf(digit)), 0n);
}

const checksum = (text: string): string => base62(BigInt(crc32(text)), CHECKSUM_DIGITS);

/** A new token for a program of the organisation. It is shown once and stored nowhere. */
export function generateServiceToken(organizationId: string): string {
  const organization = base62(BigInt(`0x${organizationId.replaceAll('-', '')}`), ORGANIZATION_DIGITS);
  const secret = base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_DIGITS);
  const body = `${SERVICE_TOKEN_PREFIX}${organization}_${secret}`;
  return body + checksum(body);
}

/** @returns the organisation the token names; undefined for what is no token of ours. */
export function organizationOfToken(token: string): string | undefined {
  const [, organization = '', , check] = SHAPE.exec(token) ?? [];
  if (check === undefined || checksum(token.slice(0, -CHECKSUM_DIGITS)) !== check) return undefined;
  const hex = fromBase62(organization).toString(16).padStart(32, '0');
  if (hex.length !== 32) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/**
 * What is stored instead of the token. 256 random bits need no slow hash; the key makes a stolen table of hashes
 * useless for testing tokens found elsewhere.
 */
export const hashServiceToken = (key: KeyObject, token: string): Buffer =>
  createHmac('sha256', key).update(token).digest();

/** The end of the token, by which people tell theirs apart in a list. */
export const hintOf = (token: string): string => token.slice(-HINT_DIGITS);
