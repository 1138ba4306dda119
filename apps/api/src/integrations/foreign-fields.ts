import type { AuthWay, Manifest } from '@latchkey/catalogue';

/** An integration as another system kept it, its credential in the clear. */
export interface ForeignIntegration {
  integration_type_id: string;
  name: string;
  description: string | null;
  config: Record<string, unknown>;
  /** As the other system called it. */
  credential_type: string | null;
  credentials: Record<string, unknown>;
}

/** What other systems call the one secret that a type asks for. */
const SECRET_NAMES = [
  'api_key',
  'api_token',
  'access_token',
  'auth_token',
  'bot_token',
  'connection_string',
  'key',
  'password',
  'private_key',
  'secret',
  'token',
];
const TYPE_NAMES: Record<string, string> = { oauth: 'oauth2', token: 'api_token', basic: 'basic_auth' };

const present = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));

/** The way to authenticate whose fields are there; where none is complete, the first of the type that was named. */
function wayFor(manifest: Manifest, type: string | null, fields: Record<string, unknown>): AuthWay {
  const named = manifest.auth.filter((way) => way.credential_type === (TYPE_NAMES[type ?? ''] ?? type));
  const ways = named.length > 0 ? named : manifest.auth;
  const complete = (way: AuthWay) =>
    way.schema.required.every((name) => Object.hasOwn(fields, name)) ||
    Object.hasOwn(renamed(way, fields), missingOf(way, fields)[0] ?? '');
  return ways.find(complete) ?? ways[0]!;
}

const missingOf = (way: AuthWay, fields: Record<string, unknown>): string[] =>
  way.schema.required.filter((name) => !Object.hasOwn(fields, name));

/** The one field that is missing may be there under another name. */
function renamed(way: AuthWay, fields: Record<string, unknown>): Record<string, unknown> {
  const [missing, ...others] = missingOf(way, fields);
  if (missing === undefined || others.length > 0 || !way.schema.properties[missing]?.writeOnly) return fields;
  const [candidate, ...rest] = SECRET_NAMES.filter(
    (name) => Object.hasOwn(fields, name) && !Object.hasOwn(way.schema.properties, name),
  );
  if (candidate === undefined || rest.length > 0) return fields;
  const { [candidate]: secret, ...kept } = fields;
  return { ...kept, [missing]: secret };
}

/**
 * What a person would have sent for it: settings that were kept inside the credential become settings again, and the
 * credential's fields get the manifest's names. What fits nowhere stays, so that it is refused by name.
 */
export function arrange(manifest: Manifest, foreign: ForeignIntegration): object {
  const config = present(foreign.config);
  const credentials = present(foreign.credentials);
  const belongs = (name: string) => manifest.auth.some((way) => Object.hasOwn(way.schema.properties, name));
  for (const [name, value] of Object.entries(credentials)) {
    if (belongs(name) || !Object.hasOwn(manifest.config.properties, name)) continue;
    config[name] ??= value;
    delete credentials[name];
  }
  const { credential_type: inside, auth_mode: mode, ...fields } = credentials;
  const way =
    manifest.auth.find(({ id }) => id === mode) ??
    wayFor(manifest, typeof inside === 'string' ? inside : foreign.credential_type, fields);
  return {
    integration_type_id: manifest.id,
    name: foreign.name,
    description: foreign.description,
    config,
    credentials: { ...renamed(way, fields), credential_type: way.credential_type, auth_mode: way.id },
  };
}
