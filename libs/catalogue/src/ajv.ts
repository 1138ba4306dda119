import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const ANNOTATIONS = ['x-multiline', 'x-pattern-message', 'x-steps', 'x-link'];

/** JSON Schema 2020-12 as the catalogue uses it: all errors, defaults filled in, no type conversion. */
export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    verbose: true,
    strictTypes: false,
    strictRequired: false,
  });
  formats.default(ajv, ['uri', 'hostname', 'email']);
  ajv.addVocabulary(ANNOTATIONS);
  return ajv;
}
