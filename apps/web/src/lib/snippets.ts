/** What a program is called with, in texts to paste. None of them holds a secret: the token is read from a variable. */

export const TOKEN_VARIABLE = 'LATCHKEY_TOKEN';

/** Stands where there is no integration to name yet. */
export const NO_INTEGRATION = 'INTEGRATION_ID';

interface Target {
  /** Where this installation is reached, without a slash at its end. */
  origin: string;
  integrationId: string;
}

export type Values = Record<string, unknown>;

/** Asks for the token without showing it, so that it comes into no history of the shell. */
export const EXPORT_TOKEN = `read -rs ${TOKEN_VARIABLE} && export ${TOKEN_VARIABLE}`;

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

function curl(url: string): string {
  return `curl -sS -H "Authorization: Bearer $${TOKEN_VARIABLE}" \\\n  ${quote(url)}`;
}

const placeOf = ({ origin, integrationId }: Target) => `${origin}/api/v1/integrations/${integrationId}`;

export const curlProxy = (target: Target, path: string) => curl(`${placeOf(target)}/proxy${path}`);
export const curlCredential = (target: Target) => curl(`${placeOf(target)}/credentials/value`);
export const curlIntegration = (target: Target) => curl(`${placeOf(target)}/health`);

interface SdkCalls {
  /** The path of a call; absent for none. */
  path?: string;
  credential?: boolean;
}

/** The same with the library for JavaScript. */
export function sdk({ origin, integrationId }: Target, { path, credential }: SdkCalls): string {
  const id = JSON.stringify(integrationId).replaceAll('"', "'");
  const lines = [
    "import { Latchkey } from '@latchkey/sdk';",
    '',
    'const latchkey = new Latchkey({',
    `  url: ${quoteJs(origin)},`,
    `  token: process.env.${TOKEN_VARIABLE},`,
    '});',
  ];
  if (path !== undefined) {
    lines.push('', '// The credential is put in its place on the way.');
    lines.push(`const answer = await latchkey.fetch(${id}, ${quoteJs(path)});`);
  }
  if (credential) {
    lines.push('', '// Fresh: ask for it each time, and keep it nowhere.');
    lines.push(`const { values } = await latchkey.getCredential(${id});`);
  }
  return lines.join('\n');
}

const quoteJs = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const PLACEHOLDER = /\{config\.([a-z0-9_]+)\??\}/g;

/** The value of a field of the configuration as a part of an address; empty when there is none. */
function valueOf(config: Values, defaults: Values, name: string): string {
  const value = config[name] ?? defaults[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/**
 * The path to try, with the configuration filled in: `/me` for `{config.test_path}`. Parameters of the query without
 * a value are left out.
 */
export function fillPath(template: string, config: Values, defaults: Values = {}): string {
  const whole = template.replace(/^\{config\.([a-z0-9_]+)\??\}$/, (_, name: string) =>
    valueOf(config, defaults, name),
  );
  const [path = '', query = ''] = whole.split(/\?(?![^{]*\})(.*)/s);
  const fill = (text: string) =>
    text.replace(PLACEHOLDER, (_, name: string) => encodeURIComponent(valueOf(config, defaults, name)));
  const parameters = query
    .split('&')
    .map(fill)
    .filter((parameter) => parameter && !parameter.endsWith('='));
  const filled = fill(path);
  const rooted = filled.startsWith('/') ? filled : `/${filled}`;
  return parameters.length > 0 ? `${rooted}?${parameters.join('&')}` : rooted;
}

/** The defaults of a JSON Schema's properties. */
export function defaultsOf(schema: Values): Values {
  const properties = (schema.properties ?? {}) as Record<string, { default?: unknown }>;
  return Object.fromEntries(Object.entries(properties).map(([name, property]) => [name, property.default]));
}
