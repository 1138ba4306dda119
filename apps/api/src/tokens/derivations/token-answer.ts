import type { EgressResponse } from '../../egress/egress.client.js';
import { CredentialUnusableError } from '../credential-unusable.error.js';

export type TokenAnswer = Record<string, unknown>;

/** A bearer token as a header can carry it; no honest one is longer. */
const TOKEN = /^[\x21-\x7e]{1,16384}$/;
const LONGEST_LIFETIME_S = 10 * 365 * 86_400;
const LONGEST_WAIT_S = 86_400;

function header(response: EgressResponse, name: string): string | undefined {
  const value = response.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Seconds to wait, from Retry-After in either of its forms (RFC 9110, section 10.2.3). */
export function retryAfterOf(response: EgressResponse, now: number): number | undefined {
  const value = header(response, 'retry-after')?.trim();
  if (value === undefined) return undefined;
  const seconds = /^\d{1,9}$/.test(value) ? Number(value) : Math.ceil((Date.parse(value) - now) / 1000);
  return Number.isFinite(seconds) ? Math.min(LONGEST_WAIT_S, Math.max(1, seconds)) : undefined;
}

/** By how many seconds the service's clock is ahead of ours, by its Date header. */
export function clockSkewOf(response: EgressResponse, now: number): number {
  const theirs = Date.parse(header(response, 'date') ?? '');
  return Number.isNaN(theirs) ? 0 : (theirs - now) / 1000;
}

/** The JSON object of an answer; undefined for anything else. */
export function jsonOf({ body }: EgressResponse): TokenAnswer | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8').replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as TokenAnswer)
      : undefined;
  } catch {
    return undefined;
  }
}

const bad = (reason: string, hint: string, statusCode: number) =>
  new CredentialUnusableError('bad_response', reason, { hint, statusCode });

/** @param issuer who issues the tokens, as the reasons name it: “the token endpoint”. */
export function refuseUnusableStatus(
  issuer: string,
  response: EgressResponse,
  now: number,
  hint: string,
): void {
  const { status } = response;
  if (status === 429) {
    const retryAfterSeconds = retryAfterOf(response, now);
    throw new CredentialUnusableError('rate_limited', `${issuer} is limiting our calls`, {
      statusCode: status,
      retryAfterSeconds,
    });
  }
  if (status >= 300 && status < 400) throw bad(`${issuer} redirects elsewhere`, hint, status);
  if (status >= 500) {
    const retryAfterSeconds = retryAfterOf(response, now);
    throw new CredentialUnusableError(
      'bad_response',
      `${issuer} answered with an error of its own (status ${status})`,
      {
        hint: 'The credential was not judged. Check whether the service is working, then test again.',
        statusCode: status,
        retryAfterSeconds,
      },
    );
  }
}

/** What came instead of a JSON object. */
export function notJson(issuer: string, { body, headers, status }: EgressResponse, hint: string): Error {
  const start = body.subarray(0, 200).toString('utf8');
  if (body.length === 0) return bad(`${issuer} answered with nothing`, hint, status);
  if (/html/i.test(String(headers['content-type'])) || /^\s*<(!doctype html|html)/i.test(start))
    return bad(`${issuer} answered with a web page`, hint, status);
  return bad(`${issuer} did not answer with a JSON object`, hint, status);
}

/** A token that can be sent. @throws CredentialUnusableError */
export function tokenOf(issuer: string, value: unknown, statusCode: number): string {
  if (typeof value === 'string' && TOKEN.test(value)) return value;
  const what =
    value === undefined || value === null || value === '' ? 'no token' : 'a token that cannot be sent';
  throw bad(`${issuer} answered without an error and with ${what}`, 'Ask who runs the service.', statusCode);
}

/**
 * How long a token lives, in seconds. Some services write the number as a text.
 * @returns undefined when the answer does not say.
 * @throws CredentialUnusableError for what cannot be true: no time at all, or more than ten years.
 */
export function lifetimeOf(issuer: string, value: unknown, statusCode: number): number | undefined {
  if (value === undefined || value === null) return undefined;
  const seconds = typeof value === 'string' && /^\d{1,12}$/.test(value) ? Number(value) : value;
  if (typeof seconds === 'number' && seconds > 0 && seconds <= LONGEST_LIFETIME_S) return seconds;
  throw bad(
    `${issuer} gave its token a lifetime that cannot be true`,
    'expires_in has to be a number of seconds above 0. Ask who runs the service.',
    statusCode,
  );
}
