import type { FieldValue } from '@latchkey/catalogue';

/** A credential in the clear: it lives as long as the call that needs it. */
export type CredentialFields = Record<string, FieldValue>;
