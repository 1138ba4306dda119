import { Injectable } from '@nestjs/common';
import {
  type AuthWay,
  ConfigurationError,
  defaultHint,
  type FieldValue,
  type Manifest,
} from '@latchkey/catalogue';
import { redactValues, type SecretValue } from '../common/redaction.js';
import { EgressClient } from '../egress/egress.client.js';
import { EgressError } from '../egress/egress.error.js';
import { callByManifest } from './providers/manifest.provider.js';
import { callPostgres } from './providers/postgres.provider.js';
import type { Provider, ProviderCall, ProviderFailure, ProviderSuccess } from './providers/provider.js';

/** How long a test may take, in milliseconds. */
@Injectable()
export class TestLimits {
  /** The whole of it, whatever a provider does; shorter than the lease of a scheduled check. */
  wholeMs = 25_000;
  /** One step: one that hangs must not eat the time of the others. */
  stepMs = 10_000;
}

const LONGEST_DETAIL = 200;
const PROVIDERS: Record<string, Provider> = { manifest: callByManifest, postgres: callPostgres };

export interface Connection {
  manifest: Manifest;
  way: AuthWay;
  config: Record<string, FieldValue>;
  credentials: Record<string, FieldValue>;
}

interface Timed {
  message: string;
  responseTimeMs: number;
}

export type TestSuccess = ProviderSuccess & Timed;
export type TestFailure = ProviderFailure & Timed;
export type TestOutcome = TestSuccess | TestFailure;

/** The secrets as they are, and joined with each of the other fields, one of which HTTP Basic sends before it. */
function secretsOf({ way, credentials }: Connection): SecretValue[] {
  const isSecret = (name: string): boolean => way.schema.properties[name]?.writeOnly ?? false;
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

/** Tries a connection and says how it went; it throws only when we are at fault. */
@Injectable()
export class ConnectionTester {
  constructor(
    private readonly egress: EgressClient,
    private readonly limits: TestLimits,
  ) {}

  async test(connection: Connection, purpose: ProviderCall['purpose']): Promise<TestOutcome> {
    const started = performance.now();
    const outcome = await this.call({
      ...connection,
      purpose,
      egress: this.egress,
      stepLimitMs: this.limits.stepMs,
      signal: AbortSignal.timeout(this.limits.wholeMs),
    });
    const responseTimeMs = Math.round(performance.now() - started);
    if (!outcome.ok) return { ...outcome, message: connection.manifest.failure_message, responseTimeMs };
    return {
      ok: true,
      details: this.safeDetails(connection, outcome.details),
      message: 'Connection successful',
      responseTimeMs,
    };
  }

  private async call(call: ProviderCall): Promise<ProviderSuccess | ProviderFailure> {
    const provider = PROVIDERS[call.manifest.provider];
    if (!provider) throw new Error(`there is no provider ${call.manifest.provider}`);
    try {
      return await provider(call);
    } catch (error) {
      if (error instanceof EgressError) {
        return {
          ok: false,
          kind: error.kind,
          reason: error.reason,
          hint: error.hint ?? defaultHint(error.kind),
          credentialRefused: false,
        };
      }
      if (error instanceof ConfigurationError) {
        return {
          ok: false,
          kind: 'config',
          reason: error.message,
          hint: error.hint,
          credentialRefused: false,
        };
      }
      throw error;
    }
  }

  /** A provider must not bring the credential into an answer of ours, nor what PostgreSQL cannot keep. */
  private safeDetails(connection: Connection, details: Record<string, unknown>): Record<string, unknown> {
    const secrets = secretsOf(connection);
    return Object.fromEntries(
      Object.entries(details).map(([name, value]) => [
        name,
        typeof value === 'string' ? storable(redactValues(value, secrets)) : value,
      ]),
    );
  }
}
