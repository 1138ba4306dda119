import { type Answer, conditionHolds, type ProviderResponse, readAnswer } from './conditions.js';
import type { Condition, Manifest } from './manifest.js';
import { isThrottled } from './outcome.js';
import { secondsUntilReset, throttledFor } from './rate-limit.js';

/** What an answer to a program's call says besides what it is for. */
export interface ProxyVerdict {
  /** The token was not taken: only another one helps. */
  tokenDead: boolean;
  /** How long to call no more; undefined when the provider does not limit our calls. */
  throttledSeconds: number | undefined;
  /** What is left of the limit, where the provider's headers say it. */
  rateLimit: { limit: number | null; remaining: number; resetSeconds: number | null } | undefined;
}

/** For a provider that limits calls and does not say for how long. */
const UNSAID_WAIT_SECONDS = 30;

const looksInside = (condition: Condition): boolean => (condition.body?.length ?? 0) > 0;

/** Whether the signs of a dead token or of a limit stand in the bodies of this type's answers. */
export function looksIntoBodies(manifest: Manifest): boolean {
  return [...manifest.token_dead, ...manifest.rate_limit.throttled].some(looksInside);
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}

function rateLimitOf({ rate_limit: rules }: Manifest, { headers }: Answer, now: number) {
  const read = (name: string | undefined) =>
    name === undefined ? undefined : headers.get(name.toLowerCase());
  const remaining = wholeNumber(read(rules.headers.remaining));
  if (remaining === undefined) return undefined;
  const reset = read(rules.headers.reset);
  return {
    limit: wholeNumber(read(rules.headers.limit)) ?? null,
    remaining,
    resetSeconds: (reset && secondsUntilReset(reset, rules.reset_format, now)) || null,
  };
}

/** 401, and what the manifest says of tokens that are gone. */
function isTokenDead(manifest: Manifest, answer: Answer): boolean {
  return answer.status === 401 || manifest.token_dead.some((condition) => conditionHolds(condition, answer));
}

/**
 * Reads an answer to a program's call. Nothing of it changes what the program gets.
 * @param response its body empty where it was not looked at
 * @param now milliseconds since the epoch, for limits that name a time
 */
export function judgeProxyAnswer(manifest: Manifest, response: ProviderResponse, now: number): ProxyVerdict {
  const answer = readAnswer(response);
  const throttled = isThrottled(manifest, answer);
  return {
    tokenDead: !throttled && isTokenDead(manifest, answer),
    throttledSeconds: throttled
      ? (throttledFor(manifest.rate_limit, answer.headers, now) ?? UNSAID_WAIT_SECONDS)
      : undefined,
    rateLimit: rateLimitOf(manifest, answer, now),
  };
}
