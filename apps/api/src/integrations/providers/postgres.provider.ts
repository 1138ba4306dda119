import { defaultHint, type FailureKind } from '@latchkey/catalogue';
import pg from 'pg';
import { EgressError, toEgressError } from '../../egress/egress.error.js';
import type { ProviderCall, ProviderFailure, ProviderOutcome } from './provider.js';

const NO_TLS = 'The server does not support SSL connections';

interface Target {
  host: string;
  port: number;
  user: string;
  password: string;
  database: string;
  sslMode: string;
}

/** SQLSTATE (PostgreSQL documentation, appendix A) to what a person is told. */
const REFUSALS: Record<
  string,
  { kind: FailureKind; reason: string; hint?: string; credentialRefused?: boolean }
> = {
  '28P01': { kind: 'auth', reason: 'User name or password is wrong', credentialRefused: true },
  '28000': {
    kind: 'auth',
    reason: 'The server does not let this user sign in',
    hint: 'Check the user name, and that pg_hba.conf lets it in from here (perhaps only with TLS).',
    credentialRefused: true,
  },
  '3D000': {
    kind: 'not_found',
    reason: 'The database does not exist',
    hint: 'Check the name after the last / of the connection string.',
  },
  '42501': { kind: 'permission', reason: 'The user may not connect to this database' },
  '53300': {
    kind: 'rate_limited',
    reason: 'The server has no connection left',
    hint: 'Close idle connections or raise max_connections, then test again.',
  },
  '57P03': {
    kind: 'bad_response',
    reason: 'The server is starting up or shutting down',
    hint: 'Wait a moment, then test again.',
  },
};

function failure(
  kind: FailureKind,
  reason: string,
  hint?: string,
  credentialRefused = false,
): ProviderFailure {
  return { ok: false, kind, reason, hint: hint ?? defaultHint(kind), credentialRefused };
}

/**
 * Reads the parts by hand: the driver's own parser would take `sslrootcert=/etc/…` or `host=/var/run/…` from the
 * string and open files and sockets of this machine.
 */
function parseTarget(text: string): Target | undefined {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  try {
    const user = decodeURIComponent(url.username);
    const host = url.hostname.replace(/^\[|\]$/g, '');
    if (!user || !host) return undefined;
    return {
      host: decodeURIComponent(host),
      port: Number(url.port || 5432),
      user,
      password: decodeURIComponent(url.password),
      database: decodeURIComponent(url.pathname.slice(1)) || user,
      sslMode: url.searchParams.get('sslmode') ?? 'prefer',
    };
  } catch {
    return undefined;
  }
}

function tlsOf(call: ProviderCall, { sslMode, host }: Target): pg.ClientConfig['ssl'] {
  if (sslMode === 'disable') return false;
  const { tls_verify: verify = true, ca_certificate: ca } = call.config;
  return {
    // `prefer` takes TLS where it is offered and promises nothing (libpq, sslmode).
    rejectUnauthorized: sslMode !== 'prefer' && verify !== false,
    ...(typeof ca === 'string' && ca ? { ca } : {}),
    servername: host,
  };
}

async function probe(
  call: ProviderCall,
  target: Target,
  ssl: pg.ClientConfig['ssl'],
): Promise<Record<string, unknown>> {
  const client = new pg.Client({
    host: target.host,
    port: target.port,
    user: target.user,
    // As a function, since an empty text would make the driver send PGPASSWORD or ~/.pgpass of this machine.
    password: () => target.password,
    database: target.database,
    ssl,
    stream: () => call.egress.socket({ timeoutMs: call.stepLimitMs }),
    connectionTimeoutMillis: call.stepLimitMs,
    query_timeout: call.stepLimitMs,
    application_name: 'latchkey',
  });
  const stop = () => void client.end();
  call.signal.addEventListener('abort', stop, { once: true });
  // A connection that breaks after the answer is of no interest; without a listener it would end the process.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<Record<string, string>>(
      "SELECT current_setting('server_version') AS server_version, current_user AS user, current_database() AS database",
    );
    const { server_version, user, database } = rows[0] ?? {};
    return { server_version, user, database };
  } finally {
    call.signal.removeEventListener('abort', stop);
    await client.end().catch(() => undefined);
  }
}

async function probePreferringTls(call: ProviderCall, target: Target): Promise<Record<string, unknown>> {
  try {
    return await probe(call, target, tlsOf(call, target));
  } catch (error) {
    if (target.sslMode !== 'prefer' || (error as Error).message !== NO_TLS) throw error;
    return probe(call, target, false);
  }
}

function explain(error: unknown, host: string): ProviderFailure {
  const refusal = REFUSALS[(error as { code?: string }).code ?? ''];
  if (refusal) return failure(refusal.kind, refusal.reason, refusal.hint, refusal.credentialRefused);
  const message = error instanceof Error ? error.message : '';
  if (message === NO_TLS) {
    return failure(
      'tls',
      'The server does not offer TLS',
      'Turn on TLS at the server, or set sslmode=disable in the connection string.',
    );
  }
  if (/password must be a (non-empty )?string/.test(message)) {
    return failure(
      'auth',
      'The server asks for a password',
      'Write it in the connection string: postgresql://user:password@host:5432/database.',
      true,
    );
  }
  if (message.startsWith('Connection terminated'))
    return failure('refused', `${host} closed the connection before it answered.`);
  if (/timeout/i.test(message)) return failure('timeout', 'The server did not answer in time');
  if (error instanceof pg.DatabaseError)
    return failure('bad_response', `The server refused the connection (SQLSTATE ${error.code})`);
  const { kind, reason, hint } = error instanceof EgressError ? error : toEgressError(error, host);
  if (kind === 'bad_response')
    return failure(
      kind,
      'What answers there is not PostgreSQL',
      'Check host and port of the connection string.',
    );
  return failure(kind, reason, hint);
}

/** Connects, signs in and asks for version, user and database. */
export async function callPostgres(call: ProviderCall): Promise<ProviderOutcome> {
  const target = parseTarget(String(call.credentials.connection_string ?? ''));
  if (!target) {
    return failure(
      'config',
      'The connection string cannot be read',
      'Write it as postgresql://user:password@host:5432/database, with special characters as percent codes.',
    );
  }
  try {
    return { ok: true, details: await probePreferringTls(call, target) };
  } catch (error) {
    return explain(error, target.host);
  }
}
