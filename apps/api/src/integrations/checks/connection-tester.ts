import { Injectable } from '@nestjs/common';
import {
  type AuthWay,
  ConfigurationError,
  defaultHint,
  DERIVED_FIELDS,
  type FieldValue,
  type Manifest,
} from '@latchkey/catalogue';
import { Clock } from '../../common/clock.js';
import { redactValues, type SecretValue } from '../../common/redaction.js';
import { EgressClient } from '../../egress/egress.client.js';
import { EgressError } from '../../egress/egress.error.js';
import type { TokenStanding } from '../../tokens/oauth2/token-standing.js';
import {
  type CredentialSource,
  CredentialUnusableError,
  type UsableCredential,
  UsableCredentials,
} from '../../tokens/usable-credentials.js';
import { callByManifest } from '../providers/manifest.provider.js';
import { callPostgres } from '../providers/postgres.provider.js';
import type {
  Provider,
  ProviderCall,
  ProviderFailure,
  ProviderOutcome,
  ProviderSuccess,
} from '../providers/provider.js';

/** How long a test may take, in milliseconds. */
@Injectable()
export class TestLimits {
  /** The whole of it, whatever a provider does; shorter than the lease of a scheduled check. */
  wholeMs = 25_000;
  /** One step: one that hangs must not eat the time of the others. */
  stepMs = 10_000;
}

const LONGEST_DETAIL = 200;
const PROVIDERS: Record<string, Provider> = {
  manifest: callByManifest,
  postgres: callPostgres,
  // Their clients take 50 MB together: they are loaded by the first who needs them.
  aws: async (call) => (await import('../providers/aws.provider.js')).callAws(call),
  ssh: async (call) => (await import('../providers/ssh.provider.js')).callSsh(call),
};

export interface Connection {
  manifest: Manifest;
  way: AuthWay;
  config: Record<string, FieldValue>;
  credentials: Record<string, FieldValue>;
  /** Absent for values that are not saved: nothing that is derived from them is kept. */
  saved?: {
    organizationId: string;
    integrationId: string;
    credentialVersion: string;
    token?: TokenStanding;
  };
}

interface Timed {
  message: string;
  responseTimeMs: number;
  /** The version that was tried, where a refresh brought another than was given. */
  triedVersion?: string;
}

export type TestSuccess = ProviderSuccess & Timed;
export type TestFailure = ProviderFailure & Timed;
export type TestOutcome = TestSuccess | TestFailure;

/** The secrets as they are, and joined with each of the other fields, one of which HTTP Basic sends before it. */
function secretsOf(way: AuthWay, credentials: Record<string, FieldValue>): SecretValue[] {
  const derived = DERIVED_FIELDS[way.credential_type] ?? [];
  const isSecret = (name: string): boolean =>
    derived.includes(name) || (way.schema.properties[name]?.writeOnly ?? false);
  const fields = Object.entries(credentials).map(([name, value]) => ({ name, text: String(value) }));
  const users = ['', ...fields.filter(({ name }) => !isSecret(name)).map(({ text }) => text)];
  return fields
    .filter(({ name }) => isSecret(name))
    .flatMap(({ text }) => [text, ...users.map((user) => ({ user, value: text }))]);
}

/** One line of bounded length; a slice may cut a surrogate pair in two, and providers may send halves. */
const storable = (text: string): string =>
  text
    .replace(/\p{Cc}+/gu, ' ')
    .slice(0, LONGEST_DETAIL)
    .toWellFormed();

/** A provider must not bring the credential into an answer of ours, nor what PostgreSQL cannot keep. */
function safeDetails(secrets: SecretValue[], details: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      typeof value === 'string' ? storable(redactValues(value, secrets)) : value,
    ]),
  );
}

function sourceOf({ manifest, way, config, credentials, saved }: Connection): CredentialSource {
  const stored = saved ?? { organizationId: '', integrationId: null, credentialVersion: null };
  return { ...stored, manifest, way, config, fields: credentials };
}

/** What is told when it was not the service itself that refused; undefined when we are at fault. */
function failureOf(error: unknown): ProviderFailure | undefined {
  if (error instanceof CredentialUnusableError) {
    const { kind, reason, hint, statusCode, retryAfterSeconds, credentialRefused } = error;
    return { ok: false, kind, reason, hint, statusCode, retryAfterSeconds, credentialRefused };
  }
  if (error instanceof EgressError) {
    const { kind, reason, hint } = error;
    return { ok: false, kind, reason, hint: hint ?? defaultHint(kind), credentialRefused: false };
  }
  if (error instanceof ConfigurationError)
    return { ok: false, kind: 'config', reason: error.message, hint: error.hint, credentialRefused: false };
  return undefined;
}

/** Tries a connection and says how it went; it throws only when we are at fault. */
@Injectable()
export class ConnectionTester {
  constructor(
    private readonly egress: EgressClient,
    private readonly limits: TestLimits,
    private readonly usable: UsableCredentials,
    private readonly clock: Clock,
  ) {}

  async test(connection: Connection, purpose: ProviderCall['purpose']): Promise<TestOutcome> {
    const started = performance.now();
    const { outcome, triedVersion } = await this.attempt(connection, purpose);
    const timed = { triedVersion, responseTimeMs: Math.round(performance.now() - started) };
    if (!outcome.ok) return { ...outcome, message: connection.manifest.failure_message, ...timed };
    return { ...outcome, message: 'Connection successful', ...timed };
  }

  /**
   * A person wants to know whether the credential works now, so what is derived is made anew; stored tokens are refreshed
   * where that is due or they are refused, and not used up by tests. A check may use the token that is kept.
   */
  private async attempt(
    connection: Connection,
    purpose: ProviderCall['purpose'],
  ): Promise<{ outcome: ProviderOutcome; triedVersion?: string }> {
    const signal = AbortSignal.timeout(this.limits.wholeMs);
    const source = sourceOf(connection);
    const fresh = purpose === 'test';
    const justMade = fresh && connection.way.credential_type !== 'oauth2';
    let triedVersion: string | undefined;
    const tried = (usable: UsableCredential): Promise<ProviderOutcome> => {
      triedVersion = usable.credentialVersion;
      return this.call(connection, usable, purpose, signal);
    };
    try {
      const usable = await this.usable.get(source, { signal, fresh });
      let outcome = await tried(usable);
      if (!outcome.ok && outcome.credentialRefused && !justMade) {
        // The token was revoked before its time.
        const renewed = await this.usable.renew(source, usable, { signal });
        if (renewed !== usable) outcome = await tried(renewed);
      }
      return { outcome, triedVersion };
    } catch (error) {
      const outcome = failureOf(error);
      if (!outcome) throw error;
      return { outcome, triedVersion };
    }
  }

  private async call(
    connection: Connection,
    { fields }: UsableCredential,
    purpose: ProviderCall['purpose'],
    signal: AbortSignal,
  ): Promise<ProviderOutcome> {
    const { manifest, way, config } = connection;
    const provider = PROVIDERS[manifest.provider];
    if (!provider) throw new Error(`there is no provider ${manifest.provider}`);
    const outcome = await provider({
      manifest,
      way,
      config,
      credentials: fields,
      purpose,
      egress: this.egress,
      now: this.clock.now(),
      stepLimitMs: this.limits.stepMs,
      signal,
    });
    return outcome.ok ? { ok: true, details: safeDetails(secretsOf(way, fields), outcome.details) } : outcome;
  }
}
