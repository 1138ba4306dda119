import { createHash, createHmac, type KeyObject, randomBytes } from 'node:crypto';

const RANDOM = /^[A-Za-z0-9_-]{43}$/;
const STATE = /^([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}$/;

export const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

const random = (): string => randomBytes(32).toString('base64url');

/** The organisation before the secret: row level security has to know it before the row can be found. */
export function newState(organizationId: string): string {
  return `${Buffer.from(organizationId.replaceAll('-', ''), 'hex').toString('base64url')}.${random()}`;
}

export const newBrowserSecret = random;

export const isBrowserSecret = (given: string | undefined): given is string =>
  given !== undefined && RANDOM.test(given);

/** The organisation that a state names; undefined for what is no state of ours. */
export function organizationOfState(state: string): string | undefined {
  const [, organization = ''] = STATE.exec(state) ?? [];
  const hex = Buffer.from(organization, 'base64url').toString('hex');
  if (hex.length !== 32) return undefined;
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Every flow has a cookie of its own, so that two tabs do not disturb each other. */
export const cookieOfState = (stateHash: Buffer): string =>
  `latchkey_flow_${stateHash.toString('hex').slice(0, 8)}`;

/** PKCE's verifier (RFC 7636, 4.1): it is stored nowhere, and a copy of the database does not make it. */
export function codeVerifierOf(key: KeyObject, state: string, browserSecret: string): string {
  return createHmac('sha256', key).update(`pkce ${state} ${browserSecret}`).digest('base64url');
}
