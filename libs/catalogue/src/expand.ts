import { createHash } from 'node:crypto';
import type { AuthWay, Config, Field, FieldSet, Manifest, Step } from './manifest.js';

/** A manifest as its file says it, once the schema has checked it and filled in the defaults of its keys. */
export type RawManifest = Omit<
  Manifest,
  'config' | 'auth' | 'test' | 'health' | 'failure_message' | 'hash'
> & {
  config: Omit<Config, 'order'> & { tls_options: boolean };
  auth: (Omit<AuthWay, 'schema'> & { schema: Omit<FieldSet, 'order'> })[];
  test?: Step[];
  health?: Step[];
  failure_message?: string;
};

/** Seed 000 keeps the interval of the health check in the config of every integration. */
const SYNC_INTERVAL: Field = {
  type: 'integer',
  title: 'Check interval',
  description:
    'Seconds between two checks of this connection at most; the installation may check more often.',
  minimum: 60,
  maximum: 86_400,
  default: 300,
};

const TLS_FIELDS: Record<string, Field> = {
  tls_verify: {
    type: 'boolean',
    title: 'Verify the TLS certificate',
    description:
      'Turn off only for a test: anyone between here and the service can then read the credential.',
    default: true,
  },
  ca_certificate: {
    type: 'string',
    title: 'CA certificate',
    description: 'For a certificate signed by your own authority: its certificate in PEM form.',
    maxLength: 65_536,
    pattern: '^\\s*-----BEGIN CERTIFICATE-----[\\s\\S]*-----END CERTIFICATE-----\\s*$',
    'x-pattern-message': 'must be a certificate in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE',
    'x-multiline': true,
  },
};

/** Every OAuth way has a client: the installation's, or one that comes with the credential. */
const CLIENT_FIELDS: Record<string, Field> = {
  client_id: {
    type: 'string',
    title: 'Client ID',
    description: 'Of the OAuth client that you registered; empty to use that of this installation.',
    maxLength: 1024,
  },
  client_secret: {
    type: 'string',
    title: 'Client secret',
    description: 'It is kept with this integration and sent to the token address only.',
    writeOnly: true,
    maxLength: 4096,
  },
};

function withOrder<T extends Omit<FieldSet, 'order'>>(fields: T): T & { order: string[] } {
  return { ...fields, order: Object.keys(fields.properties) };
}

function expandConfig({ tls_options: tlsOptions, ...config }: RawManifest['config']): Config {
  const added: Record<string, Field> = { ...(tlsOptions ? TLS_FIELDS : {}), sync_interval: SYNC_INTERVAL };
  return withOrder({
    ...config,
    properties: { ...config.properties, ...added },
    groups: [...config.groups, { title: 'Connection', fields: Object.keys(added) }],
  });
}

function required(steps: Step[]): Step[] {
  return steps.filter((step) => !step.optional);
}

function expandWay(raw: RawManifest['auth'][number]): AuthWay {
  const properties = { ...(raw.oauth2 ? CLIENT_FIELDS : {}), ...raw.schema.properties };
  const way = { ...raw, schema: withOrder({ ...raw.schema, properties }) };
  return way.test && !way.health ? { ...way, health: required(way.test) } : way;
}

/** JSON with sorted keys, so that the order of keys in a file does not change its hash. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

/** Adds what every type has, fills in what follows from the rest, and computes the hash. */
export function expandManifest(raw: RawManifest): Manifest {
  const test = raw.test ?? [];
  const manifest = {
    ...raw,
    failure_message: raw.failure_message ?? `Failed to connect to ${raw.name}`,
    config: expandConfig(raw.config),
    auth: raw.auth.map(expandWay),
    test,
    health: raw.health ?? required(test),
  };
  return { ...manifest, hash: createHash('sha256').update(canonical(manifest)).digest('hex') };
}
