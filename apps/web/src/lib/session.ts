import { networkError, toApiError } from './api-error';

/**
 * The session in this page's memory: the access token and nothing else. The refresh token is an HttpOnly
 * cookie which no script can read; a reload starts with `restore()`.
 */
let accessToken: string | null = null;
let expiresAt = 0;
let refused = false;
let refreshing: Promise<boolean> | null = null;
const endListeners = new Set<(reason: SessionEnd) => void>();
const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('latchkey-session');

export type SessionEnd = 'signed-out' | 'expired';

/** Sent with every call that the session cookie authenticates: marks this page as a browser and not a form. */
export const cookieModeHeaders = {
  'X-Session-Mode': 'cookie',
  'X-Requested-With': 'latchkey',
} as const;

const EARLY_MS = 10_000;

export function acceptTokens(tokens: { access_token: string; expires_in: number }): void {
  accessToken = tokens.access_token;
  expiresAt = Date.now() + tokens.expires_in * 1000;
  refused = false;
}

export function hasSession(): boolean {
  return accessToken !== null;
}

/** The access token, renewed first when it is about to expire. */
export async function currentToken(): Promise<string | null> {
  if (accessToken && Date.now() > expiresAt - EARLY_MS) await refreshSession();
  return accessToken;
}

/** Other tabs of this browser share one rotating cookie: they take turns. */
function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (!('locks' in navigator)) return work();
  return navigator.locks.request('latchkey-refresh', work);
}

async function requestTokens(): Promise<boolean> {
  const response = await fetch('/api/v1/auth/refresh-token', {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', ...cookieModeHeaders },
    body: '{}',
  }).catch((cause: unknown) => {
    throw networkError(cause);
  });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) {
    const { data } = body as { data: { tokens: { access_token: string; expires_in: number } } };
    acceptTokens(data.tokens);
    return true;
  }
  if (response.status === 401) return false;
  throw toApiError(body, response);
}

function forget(reason: SessionEnd): void {
  const had = accessToken !== null;
  accessToken = null;
  expiresAt = 0;
  refused = true;
  if (had) for (const listener of endListeners) listener(reason);
}

/**
 * Exchanges the cookie for a fresh access token; concurrent callers share one exchange.
 * Answers false, and ends the session, when the cookie is refused; throws when the server cannot say.
 */
export function refreshSession(): Promise<boolean> {
  refreshing ??= inTurn(requestTokens)
    .then((renewed) => {
      if (!renewed) forget('expired');
      return renewed;
    })
    .finally(() => {
      refreshing = null;
    });
  return refreshing;
}

/** Whether someone is signed in; on load it asks the server once whether the browser holds a valid cookie. */
export async function restoreSession(): Promise<boolean> {
  if (accessToken) return true;
  return refused ? false : refreshSession();
}

/** The person signed out here: the other tabs follow. */
export function announceSignOut(): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a BroadcastChannel has one origin
  tabs?.postMessage('signed-out');
  forget('signed-out');
}

/** Tells whoever shows signed-in content that the session is over. */
export function onSessionEnd(listener: (reason: SessionEnd) => void): () => void {
  endListeners.add(listener);
  return () => endListeners.delete(listener);
}

tabs?.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.data === 'signed-out') forget('signed-out');
});
