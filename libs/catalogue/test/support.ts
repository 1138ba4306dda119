import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ProviderResponse } from '../src/conditions.js';
import { loadCatalogue, type Catalogue } from '../src/loader.js';
import { type AuthWay, DERIVED_FIELDS, type Manifest } from '../src/manifest.js';
import { interpret, type Outcome } from '../src/outcome.js';
import { buildRequests, type ProviderRequest, type Purpose } from '../src/request.js';

export const PACKAGE = new URL('../', import.meta.url);
export const catalogue = loadCatalogue();
/** The clock of every interpretation in the tests. */
export const NOW = Date.parse('2026-01-02T03:04:05Z');

export function manifestOf(id: string): Manifest {
  const manifest = catalogue.get(id);
  if (!manifest) throw new Error(`there is no type ${id}`);
  return manifest;
}

export function wayOf(manifest: Manifest, mode?: string): AuthWay {
  const way = mode === undefined ? manifest.auth[0] : manifest.auth.find(({ id }) => id === mode);
  if (!way) throw new Error(`${manifest.id} has no way ${mode}`);
  return way;
}

/** Loads a catalogue of one type that is not shipped. */
export function loadFrom(file: string, yaml: string): Catalogue {
  const folder = mkdtempSync(join(tmpdir(), 'catalogue-'));
  try {
    mkdirSync(join(folder, 'types'));
    mkdirSync(join(folder, 'logos'));
    cpSync(new URL('manifest.schema.json', PACKAGE), join(folder, 'manifest.schema.json'));
    cpSync(new URL('logos/_default.svg', PACKAGE), join(folder, 'logos/_default.svg'));
    writeFileSync(join(folder, 'types', file), yaml);
    return loadCatalogue(pathToFileURL(`${folder}/`));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export function response(
  status: number,
  body: unknown = '',
  headers: Record<string, string | string[]> = {},
): ProviderResponse {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, body: Buffer.from(text) };
}

export const WEB_PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head></html>';

/** Secrets no message may ever hold. */
export const SECRETS = ['canary-secret-1', 'canary-secret-2'] as const;

const CREDENTIALS: Record<string, Record<string, string>> = {
  'argocd/api_token': { auth_token: SECRETS[0] },
  'github/access_token': { access_token: SECRETS[0] },
  'github/github_app': { app_id: '123', installation_id: '456', private_key: SECRETS[0] },
  'slack/bot_token': { bot_token: SECRETS[0] },
  'supabase/access_token': { access_token: SECRETS[0] },
  'supabase/project_api_key': { api_key: SECRETS[0] },
  'vercel/access_token': { access_token: SECRETS[0] },
  'netlify/access_token': { access_token: SECRETS[0] },
  'prometheus/basic': { username: 'reader', password: SECRETS[0] },
  'prometheus/bearer': { token: SECRETS[0] },
  'prometheus/none': {},
  'grafana/service_account': { service_account_token: SECRETS[0] },
  'grafana/basic': { username: 'reader', password: SECRETS[0] },
  'postgres/connection_string': { connection_string: `postgresql://u:${SECRETS[0]}@db.example.com/app` },
  'generic_http/api_key_header': { api_key: SECRETS[0] },
  'generic_http/api_key_query': { query_name: 'key', api_key: SECRETS[0] },
  'generic_http/bearer': { token: SECRETS[0] },
  'generic_http/basic': { username: 'reader', password: SECRETS[0] },
  'generic_http/client_credentials': {
    token_url: 'https://login.example.com/token',
    client_id: 'client',
    client_secret: SECRETS[0],
  },
  'generic_http/jwt': { algorithm: 'HS256', secret: SECRETS[0] },
  'generic_http/mtls': { certificate: 'certificate', private_key: SECRETS[0] },
  'aws/aws_access_key': { access_key_id: 'AKIAIOSFODNN7EXAMPLE', secret_access_key: SECRETS[0] },
  'aws/aws_assume_role': {
    role_arn: 'arn:aws:iam::123456789012:role/latchkey',
    access_key_id: 'AKIAIOSFODNN7EXAMPLE',
    secret_access_key: SECRETS[0],
  },
  'ssh/ssh_key': { private_key: SECRETS[0] },
  'github/app_installation': { app: 'installation', installation_id: '456' },
};
/** Of every OAuth way. */
const OAUTH_CLIENT = { client_id: 'client', client_secret: SECRETS[0] };

const CONFIG: Record<string, Record<string, string>> = {
  argocd: { server_url: 'https://argocd.example.com' },
  prometheus: { server_url: 'https://prometheus.example.com' },
  grafana: { server_url: 'https://grafana.example.com' },
  generic_http: {
    base_url: 'https://api.example.com',
    authorization_url: 'https://login.example.com/authorize',
    token_url: 'https://login.example.com/token',
  },
  supabase: { project_ref: 'abcdefghijklmnopqrst' },
  aws: { region: 'eu-central-1' },
  ssh: { host: 'server.example.com', username: 'deploy' },
};

export function credentialsFor(manifest: Manifest, way: AuthWay): Record<string, string> {
  const credentials = way.oauth2 ? OAUTH_CLIENT : CREDENTIALS[`${manifest.id}/${way.id}`];
  if (!credentials) throw new Error(`test/support.ts has no credential for ${manifest.id}/${way.id}`);
  return { credential_type: way.credential_type, auth_mode: way.id, ...credentials };
}

/** The credential as it is used: with what is derived from it. */
export function usableFor(manifest: Manifest, way: AuthWay): Record<string, string> {
  const derived = (DERIVED_FIELDS[way.credential_type] ?? []).map((name) => [name, SECRETS[0]]);
  return { ...credentialsFor(manifest, way), ...Object.fromEntries(derived) };
}

export function configFor(manifest: Manifest): Record<string, string> {
  return CONFIG[manifest.id] ?? {};
}

export interface Call {
  type: string;
  mode?: string;
  config?: Record<string, unknown>;
  purpose?: Purpose;
}

export function requestsFor({ type, mode, config, purpose = 'test' }: Call): ProviderRequest[] {
  const manifest = manifestOf(type);
  const way = wayOf(manifest, mode);
  const settings = { ...configFor(manifest), ...config };
  return buildRequests(manifest, way, settings, usableFor(manifest, way), purpose);
}

export type Where = Call & { step: string };

/** One step of each type, to be answered in a test. */
export const at = {
  argocd: { type: 'argocd', step: 'applications' },
  identity: { type: 'argocd', step: 'identity' },
  github: { type: 'github', step: 'user' },
  slack: { type: 'slack', step: 'auth_test' },
  vercel: { type: 'vercel', step: 'user' },
  team: { type: 'vercel', step: 'team', config: { team_id: 'team_a' } },
  supabase: { type: 'supabase', step: 'projects' },
  netlify: { type: 'netlify', step: 'user' },
  prometheus: { type: 'prometheus', step: 'query' },
  grafana: { type: 'grafana', step: 'organization' },
  generic: { type: 'generic_http', step: 'call' },
} satisfies Record<string, Where>;

export const HTML = { 'content-type': 'text/html; charset=utf-8' };

/** What one answer to one step means. */
export function outcomeOf(call: Where, answer: ProviderResponse): Outcome {
  const request = requestsFor(call).find(({ step }) => step === call.step);
  if (!request) throw new Error(`${call.type} has no step ${call.step}`);
  const manifest = manifestOf(call.type);
  return interpret(manifest, wayOf(manifest, call.mode), request, answer, NOW);
}
