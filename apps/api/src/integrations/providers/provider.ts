import type { AuthWay, FailureKind, FieldValue, Manifest } from '@latchkey/catalogue';
import type { EgressClient } from '../../egress/egress.client.js';

/** Everything a provider may know: settings, secrets, and the one way out. No entity, no repository, no Nest. */
export interface ProviderCall {
  manifest: Manifest;
  way: AuthWay;
  config: Record<string, FieldValue>;
  /** With what was derived from them. */
  credentials: Record<string, FieldValue>;
  purpose: 'test' | 'health';
  egress: EgressClient;
  /** Milliseconds since the epoch. */
  now: number;
  /** Milliseconds for each exchange with the service; `signal` ends the whole. */
  stepLimitMs: number;
  signal: AbortSignal;
}

export interface ProviderSuccess {
  ok: true;
  details: Record<string, unknown>;
}

export interface ProviderFailure {
  ok: false;
  kind: FailureKind;
  /** For a person; never a secret and nothing of the provider's own text. */
  reason: string;
  hint: string;
  statusCode?: number;
  retryAfterSeconds?: number;
  /** Knocking again with this credential is useless and may lock the account upstream. */
  credentialRefused: boolean;
}

export type ProviderOutcome = ProviderSuccess | ProviderFailure;

export type Provider = (call: ProviderCall) => Promise<ProviderOutcome>;
