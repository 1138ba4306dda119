import { createPrivateKey } from 'node:crypto';
import { type AuthWay, loadCatalogue } from '@latchkey/catalogue';
import type { CredentialFields } from '../../src/tokens/credentials.service.js';
import { checkStructure } from '../../src/tokens/structure/credential-structure.js';

/** What is entered, and what is wrong with it by field. */
export type StructureCase = [
  what: string,
  type: string,
  fields: () => CredentialFields,
  errors: Record<string, unknown[]>,
];

export const ways: AuthWay[] = loadCatalogue()
  .list()
  .flatMap(({ auth }) => auth);

export function check(type: string, fields: CredentialFields, now = new Date()): Record<string, string[]> {
  const way = ways.find(({ credential_type: candidate }) => candidate === type);
  if (!way) throw new Error(`no way is of type ${type}`);
  return checkStructure(way, fields, now);
}

/** The values that stand in what is said about them. */
export function repeated(cases: StructureCase[]): string[] {
  return cases.flatMap(([, type, fields]) => {
    const said = JSON.stringify(check(type, fields()));
    return Object.values(fields())
      .map(String)
      .filter((value) => value.length > 8 && said.includes(value));
  });
}

export const PASSPHRASE = 'open sesame';

/** A copy of a private key that is encrypted. */
export const lock = (key: string): string =>
  createPrivateKey(key).export({
    type: 'pkcs8',
    format: 'pem',
    cipher: 'aes-256-cbc',
    passphrase: PASSPHRASE,
  }) as string;
