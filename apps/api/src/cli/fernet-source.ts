import { AppError } from '../common/app-error.js';
import type { ForeignIntegration } from '../integrations/foreign-fields.js';
import { derivedFernetKey, FernetError, openFernet, parseFernetKey } from './fernet.js';
import type { ImportRow } from './import-file.js';

type Fields = Record<string, unknown>;

const refused = (field: string, message: string): AppError => AppError.invalid({ [field]: [message] });

/** `bytea` as PostgreSQL writes it (`\x…`), or the token itself. */
function tokenOf({ fields }: ImportRow): string {
  const { encrypted_data: data } = fields;
  if (typeof data !== 'string' || data === '') throw refused('encrypted_data', 'is missing');
  const hex = /^\\?\\x((?:[0-9a-f]{2})+)$/i.exec(data)?.[1];
  return (hex ? Buffer.from(hex, 'hex').toString('latin1') : data).trim();
}

function objectOf(field: string, value: unknown): Fields {
  if (value === null || value === undefined || value === '') return {};
  let parsed = value;
  if (typeof value === 'string') {
    try {
      parsed = JSON.parse(value);
    } catch {
      throw refused(field, 'is no JSON');
    }
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw refused(field, 'must be an object');
  return parsed as Fields;
}

function textOf({ fields }: ImportRow, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value.trim() === '') throw refused(name, 'is missing');
  return value;
}

const optional = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** Rows of seed 000's tables, whose credentials are Fernet tokens. */
export class FernetSource {
  private readonly keys: Buffer[];

  /** @param secret a Fernet key, or what seed 000 derives one from; its master key looks like the former and is the latter. */
  constructor(secret: string) {
    const given = parseFernetKey(secret.trim());
    this.keys = [derivedFernetKey(secret.trim()), ...(given ? [given] : [])];
  }

  /** True when the row's credential opens. */
  fits(row: ImportRow): boolean {
    try {
      this.decrypt(tokenOf(row)).fill(0);
      return true;
    } catch {
      return false;
    }
  }

  /** @throws AppError VALIDATION_FAILED naming what is wrong with the row, never showing a value. */
  open(row: ImportRow): ForeignIntegration {
    let plaintext: Buffer;
    try {
      plaintext = this.decrypt(tokenOf(row));
    } catch (error) {
      if (!(error instanceof FernetError)) throw error;
      throw refused('encrypted_data', error.message);
    }
    const credentials = objectOf('encrypted_data', plaintext.toString('utf8'));
    plaintext.fill(0);
    return {
      integration_type_id: textOf(row, 'integration_type_id'),
      name: textOf(row, 'name'),
      description: optional(row.fields.description),
      config: objectOf('config', row.fields.config),
      credential_type: optional(row.fields.credential_type),
      credentials,
    };
  }

  private decrypt(token: string): Buffer {
    let failure: unknown;
    for (const key of this.keys) {
      try {
        return openFernet(key, token);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }
}
