import type { AuthWay, Field, FieldSet, Manifest } from './manifest.js';

/** A JSON Schema (2020-12) or a part of one. */
export type JsonSchema = Record<string, unknown>;

/** One way to authenticate, as the API presents it. */
export interface AuthMode {
  id: string;
  title: string;
  description: string;
  credential_type: string;
  /** `oauth`: a consent in the browser follows. `github_app`: made by the installation and never entered. */
  flow: 'form' | 'oauth' | 'github_app';
  steps: string[];
  link: string | null;
}

/** Hints for the forms, in the words of react-jsonschema-form. */
export interface UiSchema {
  config: JsonSchema;
  credentials: Record<string, JsonSchema>;
}

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** A required text may not be empty: a form sends '' for a field that was cleared. */
function fieldSchemas({ properties, required }: FieldSet): Record<string, Field> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => {
      const bounded = field.type === 'string' && required.includes(name) && field.minLength === undefined;
      return [name, bounded ? { ...field, minLength: 1 } : field];
    }),
  );
}

/** JSON Schema of the fields that are not secret. */
export function configSchema(manifest: Manifest): JsonSchema {
  return {
    $schema: DIALECT,
    type: 'object',
    additionalProperties: false,
    required: manifest.config.required,
    properties: fieldSchemas(manifest.config),
  };
}

/** The ways whose credential somebody enters. */
export function enteredWays(manifest: Manifest): AuthWay[] {
  return manifest.auth.filter(({ flow }) => flow === undefined);
}

/** A way without required fields would fit any credential of its type: it must be named, unless it is the only one. */
export function mustBeNamed(manifest: Manifest, way: AuthWay): boolean {
  const ofType = enteredWays(manifest).filter(({ credential_type: type }) => type === way.credential_type);
  return way.schema.required.length === 0 && ofType.length > 1;
}

/** JSON Schema of the credential of one way. */
export function waySchema(manifest: Manifest, way: AuthWay): JsonSchema {
  return {
    type: 'object',
    title: way.title,
    description: way.description,
    'x-steps': way.steps,
    ...(way.link !== undefined && { 'x-link': way.link }),
    additionalProperties: false,
    required: [
      ...(mustBeNamed(manifest, way) ? ['auth_mode'] : []),
      'credential_type',
      ...way.schema.required,
    ],
    properties: {
      auth_mode: { type: 'string', const: way.id },
      credential_type: { type: 'string', const: way.credential_type },
      ...fieldSchemas(way.schema),
    },
  };
}

/** `oneOf` over the ways to authenticate, told apart by `auth_mode` and `credential_type`. */
export function credentialSchema(manifest: Manifest): JsonSchema {
  return {
    $schema: DIALECT,
    type: 'object',
    oneOf: enteredWays(manifest).map((way) => waySchema(manifest, way)),
  };
}

function widgets(fields: FieldSet): JsonSchema {
  const entries = Object.entries(fields.properties).flatMap(([name, field]): [string, JsonSchema][] => {
    if (field['x-multiline']) return [[name, { 'ui:widget': 'textarea' }]];
    return field.writeOnly ? [[name, { 'ui:widget': 'password' }]] : [];
  });
  return Object.fromEntries(entries);
}

/** Order, groups and widgets of the forms. `*` keeps a form whole when a field is added. */
export function uiSchema(manifest: Manifest): UiSchema {
  const credentials = enteredWays(manifest).map((way): [string, JsonSchema] => [
    way.id,
    { 'ui:order': [...way.schema.order, '*'], ...widgets(way.schema) },
  ]);
  return {
    config: {
      'ui:order': [...manifest.config.order, '*'],
      'ui:groups': manifest.config.groups,
      ...widgets(manifest.config),
    },
    credentials: Object.fromEntries(credentials),
  };
}

/** The ways to authenticate, the recommended one first. */
export function authModes(manifest: Manifest): AuthMode[] {
  return manifest.auth.map(({ id, title, description, credential_type, flow, oauth2, steps, link }) => ({
    id,
    title,
    description,
    credential_type,
    flow: flow ?? (oauth2 ? 'oauth' : 'form'),
    steps,
    link: link ?? null,
  }));
}

/** What Latchkey can do with the type: `test` and `health` always, the rest as the manifest says. */
export function capabilities(manifest: Manifest): string[] {
  const { rate_limit: limit, webhooks, sync, auth } = manifest;
  return [
    'test',
    'health',
    ...(Object.keys(limit.headers).length > 0 || limit.throttled.length > 0 ? ['rate_limit'] : []),
    ...(auth.some(({ oauth2 }) => oauth2) ? ['oauth2'] : []),
    ...(webhooks ? ['webhooks'] : []),
    ...(sync?.resources.some(({ choose }) => !choose) ? ['sync'] : []),
    ...(sync?.resources.some(({ choose }) => choose) ? ['resources'] : []),
  ];
}
