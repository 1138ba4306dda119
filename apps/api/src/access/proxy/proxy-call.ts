import type { ProxyTarget } from '@latchkey/catalogue';
import type { FastifyRequest } from 'fastify';
import type { EgressStreamResponse } from '../../egress/streamed-call.js';
import type { Peeked } from './answer-peek.js';

/** What a program asks for. */
export interface ProxyCall {
  integrationId: string;
  target: ProxyTarget;
  incoming: FastifyRequest['raw'];
  /** To be called before the body is read: it may wait for that. */
  askForBody: () => void;
  /** Where this integration's base URL is found here. */
  ownPath: string;
  /** Fires when the caller leaves. */
  signal: AbortSignal;
}

/** The provider's answer, ready to be passed on. */
export interface ProxyAnswer extends Peeked {
  status: number;
  headers: Record<string, string | string[]>;
  /** What follows `chunks`, unless they are all. */
  body: EgressStreamResponse['body'];
  /** To be told when it broke off on the way. */
  broken: () => void;
}

/**
 * Told in X-Latchkey-Hint, where the provider did not take the credential:
 * - `credential_refused`: it cannot be renewed, or was a moment ago; it has to be replaced, or authorised again, in Latchkey
 * - `credential_renewed`: another one was fetched and is refused as well
 * - `call_again`: another one is being fetched; this call's body was too large to be kept and sent again
 * - `renewal_failed`: no other could be fetched
 */
export type Hint = 'credential_refused' | 'credential_renewed' | 'call_again' | 'renewal_failed';
