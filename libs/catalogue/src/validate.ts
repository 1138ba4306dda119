import type { ValidateFunction } from 'ajv/dist/2020.js';
import { createAjv } from './ajv.js';
import type { AuthWay, FieldSet, FieldValue, Manifest } from './manifest.js';
import { addError, toFieldErrors, URL_MESSAGE, type FieldErrors } from './messages.js';
import { configSchema, enteredWays, mustBeNamed, waySchema, type JsonSchema } from './schemas.js';

export type Values = Record<string, FieldValue>;

interface Invalid {
  valid: false;
  errors: FieldErrors;
}

export type ConfigResult = { valid: true; value: Values } | Invalid;
export type CredentialsResult = { valid: true; way: AuthWay; value: Values } | Invalid;

const MAX_DEPTH = 3;
const MAX_FIELDS = 60;
const LINE_BREAK = /\p{Cc}/u;
/** NUL and half a surrogate pair: no database keeps them. */
const UNKEEPABLE = /[\0\p{Cs}]/u;

const compiled = new WeakMap<object, ValidateFunction>();

function validator(owner: object, schema: () => JsonSchema): ValidateFunction {
  let validate = compiled.get(owner);
  if (!validate) {
    validate = createAjv().compile(schema());
    compiled.set(owner, validate);
  }
  return validate;
}

function depth(value: unknown, limit: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  if (limit === 0) return 1;
  return (
    1 +
    Math.max(
      0,
      ...Object.values(value)
        .slice(0, MAX_FIELDS)
        .map((item) => depth(item, limit - 1)),
    )
  );
}

/** A copy to fill defaults into, or why the value is not worth looking at. */
function open(value: unknown): Record<string, unknown> | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'must be an object';
  if (Object.keys(value).length > MAX_FIELDS) return 'has too many fields';
  if (depth(value, MAX_DEPTH) > MAX_DEPTH) return 'is nested too deeply';
  return structuredClone(value) as Record<string, unknown>;
}

/** What JSON Schema does not say: parts of a URL, and line breaks in what goes on one line. */
function checkTexts(
  root: string,
  fields: FieldSet,
  value: Record<string, unknown>,
  errors: FieldErrors,
): void {
  for (const [name, field] of Object.entries(fields.properties)) {
    const text = Object.hasOwn(value, name) ? value[name] : undefined;
    if (typeof text !== 'string') continue;
    if (!field['x-multiline'] && LINE_BREAK.test(text))
      addError(errors, `${root}.${name}`, 'must be on one line');
    if (UNKEEPABLE.test(text)) addError(errors, `${root}.${name}`, 'has a character that cannot be kept');
    if (field.format === 'uri' && text !== '') checkUrl(`${root}.${name}`, text, errors);
  }
}

function checkUrl(path: string, text: string, errors: FieldErrors): void {
  if (!URL.canParse(text)) return addError(errors, path, URL_MESSAGE);
  const url = new URL(text);
  if (url.username || url.password) {
    addError(errors, path, 'must not contain a user name or password: they belong to the credential');
  }
  if (url.search || url.hash) addError(errors, path, 'must not contain ? or #');
  return undefined;
}

/** An optional field that was cleared in a form comes as '': it counts as left out. */
function dropCleared(fields: FieldSet, value: Record<string, unknown>): void {
  for (const name of Object.keys(fields.properties)) {
    if (value[name] === '' && !fields.required.includes(name)) delete value[name];
  }
}

function check(
  root: string,
  owner: string,
  fields: FieldSet,
  value: Record<string, unknown>,
  validate: ValidateFunction,
): FieldErrors {
  dropCleared(fields, value);
  const errors = validate(value) ? {} : toFieldErrors(root, owner, validate.errors ?? []);
  checkTexts(root, fields, value, errors);
  return errors;
}

/**
 * Checks config against the manifest. Nothing is converted; defaults are filled in; unknown fields are refused.
 * @param way when known, the config fields it needs are required too
 */
export function validateConfig(manifest: Manifest, value: unknown, way?: AuthWay): ConfigResult {
  const config = open(value);
  if (typeof config === 'string') return { valid: false, errors: { config: [config] } };
  const validate = validator(manifest, () => configSchema(manifest));
  const errors = check('config', manifest.name, manifest.config, config, validate);
  for (const name of way?.requires_config ?? []) {
    if (config[name] === undefined) addError(errors, `config.${name}`, `is required for “${way?.title}”`);
  }
  return Object.keys(errors).length > 0 ? { valid: false, errors } : { valid: true, value: config as Values };
}

/** ID and secret of an OAuth client come together, unless the client is a public one. */
function checkClient({ oauth2 }: AuthWay, value: Record<string, unknown>, errors: FieldErrors): void {
  if (!oauth2) return;
  const { client_id: id, client_secret: secret } = value;
  const mayBePublic =
    oauth2.client_authentication === 'none' || oauth2.from_config.client_authentication !== undefined;
  if (secret !== undefined && id === undefined)
    addError(errors, 'credentials.client_id', 'is required with a client secret');
  if (id !== undefined && secret === undefined && !mayBePublic)
    addError(errors, 'credentials.client_secret', 'is required with a client ID');
}

function checkWay(manifest: Manifest, way: AuthWay, value: Record<string, unknown>): CredentialsResult {
  const credentials = { ...value, auth_mode: way.id };
  const validate = validator(way, () => waySchema(manifest, way));
  const errors = check('credentials', `${manifest.name}, ${way.title}`, way.schema, credentials, validate);
  checkClient(way, credentials, errors);
  return Object.keys(errors).length > 0 ? { valid: false, errors } : { valid: true, way, value: credentials };
}

function oneOf(field: string, allowed: string[]): Invalid {
  const names = [...new Set(allowed)].join(', ');
  return { valid: false, errors: { [`credentials.${field}`]: [`must be one of: ${names}`] } };
}

/** Without `auth_mode`: the first way that accepts the value, else the first whose required fields are there. */
function guessWay(manifest: Manifest, ways: AuthWay[], value: Record<string, unknown>): CredentialsResult {
  const results = ways.map((way) => ({ way, result: checkWay(manifest, way, value) }));
  const complete = ({ way }: { way: AuthWay }) =>
    way.schema.required.every((name) => Object.hasOwn(value, name));
  const best = results.find(({ result }) => result.valid) ?? results.find(complete) ?? results[0];
  return best?.result ?? oneOf('auth_mode', []);
}

/**
 * Checks a credential and finds the way to authenticate it is for.
 * @returns `value` with `auth_mode` and `credential_type` in it and defaults filled in
 */
export function validateCredentials(manifest: Manifest, value: unknown): CredentialsResult {
  const credentials = open(value);
  if (typeof credentials === 'string') return { valid: false, errors: { credentials: [credentials] } };
  const { credential_type: type, auth_mode: mode } = credentials;
  if (type === undefined) return { valid: false, errors: { 'credentials.credential_type': ['is required'] } };

  const ways = enteredWays(manifest);
  const ofType = ways.filter((way) => way.credential_type === type);
  if (ofType.length === 0) {
    return oneOf(
      'credential_type',
      ways.map((way) => way.credential_type),
    );
  }
  if (mode === undefined) {
    const guessable = ofType.filter((way) => !mustBeNamed(manifest, way));
    const names = ofType.map(({ id }) => id);
    return guessable.length > 0 ? guessWay(manifest, guessable, credentials) : oneOf('auth_mode', names);
  }
  const way = ofType.find(({ id }) => id === mode);
  return way
    ? checkWay(manifest, way, credentials)
    : oneOf(
        'auth_mode',
        ofType.map(({ id }) => id),
      );
}
