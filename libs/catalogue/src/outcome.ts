import {
  bodyMatches,
  conditionHolds,
  readAnswer,
  statusMatches,
  type Answer,
  type ProviderResponse,
} from './conditions.js';
import { defaultHint } from './hints.js';
import type { AuthWay, Detail, FailureKind, Manifest, StatusPattern, Step, Success } from './manifest.js';
import { readPath } from './paths.js';
import { retryAfter, throttledFor } from './rate-limit.js';
import { stepsOf, type ProviderRequest } from './request.js';

export interface SuccessOutcome {
  ok: true;
  /** What to show: texts (at most 200 characters), numbers and booleans. */
  details: Record<string, string | number | boolean>;
}

/** `reason` and `hint` come from the manifest or from this file, never from the provider's answer. */
export interface FailureOutcome {
  ok: false;
  kind: FailureKind;
  reason: string;
  hint: string;
  status_code: number;
  retry_after_seconds?: number;
  /** Knocking again with this credential is useless and may lock the account upstream. */
  credential_refused: boolean;
  /** The token is gone for good: only a refresh or a new one helps. */
  token_dead: boolean;
}

export type Outcome = SuccessOutcome | FailureOutcome;

interface Verdict {
  kind: FailureKind;
  reason: string;
  hint?: string;
}

const LONGEST_DETAIL = 200;
const LOGIN_PAGE = /log-?in|sign-?in|\bsso\b|saml|oauth|\bauth\b/i;

/** Whether the provider limits our calls: 429, what the manifest says, and the 403 of those that use it for that. */
export function isThrottled({ rate_limit: limit }: Manifest, answer: Answer): boolean {
  if (answer.status === 429 || limit.throttled.some((condition) => conditionHolds(condition, answer)))
    return true;
  if (answer.status !== 403) return false;
  const { remaining, retry_after: retryHeader = 'retry-after' } = limit.headers;
  const exhausted = remaining !== undefined && answer.headers.get(remaining.toLowerCase())?.trim() === '0';
  return exhausted || answer.headers.has(retryHeader.toLowerCase());
}

function redirected(answer: Answer): Verdict {
  if (LOGIN_PAGE.test(answer.headers.get('location') ?? '')) {
    return {
      kind: 'bad_response',
      reason: 'That address redirects to a sign-in page',
      hint: 'Check the server URL, and whether a single sign-on proxy stands in front of the API.',
    };
  }
  return {
    kind: 'bad_response',
    reason: 'That address redirects elsewhere',
    hint: 'Enter the final address as the server URL: the right host, and https:// where the service uses it.',
  };
}

function byStatus(manifest: Manifest, answer: Answer): Verdict {
  const { status } = answer;
  if (status === 401) return { kind: 'auth', reason: 'The credential was refused' };
  if (status === 403) return { kind: 'permission', reason: 'The credential is not allowed to do this' };
  if (status === 404 || status === 410) {
    return { kind: 'not_found', reason: `${manifest.name} was not found at that address` };
  }
  if (status >= 300 && status < 400) return redirected(answer);
  if (status >= 500) {
    return {
      kind: 'bad_response',
      reason: `${manifest.name} answered with an error of its own (status ${status})`,
      hint: `Check whether ${manifest.name}, or the proxy in front of it, is working, then test again.`,
    };
  }
  return { kind: 'bad_response', reason: `${manifest.name} answered with the unexpected status ${status}` };
}

function looksLikePage(answer: Answer): boolean {
  const type = answer.headers.get('content-type') ?? '';
  return /\bhtml\b/i.test(type) || /^\s*<(!doctype html|html|head|body)\b/i.test(answer.text);
}

function wrongBody(manifest: Manifest, success: Success, answer: Answer): Verdict | undefined {
  const needsJson = success.expect === 'json' || success.body.length > 0;
  if (needsJson && !answer.json) {
    if (answer.text.trim() === '') return { kind: 'bad_response', reason: 'The answer was empty' };
    if (looksLikePage(answer)) {
      return {
        kind: 'bad_response',
        reason: 'That address answered with a web page',
        hint: 'That address answered with a web page: check the server URL, and whether a sign-in page stands before it.',
      };
    }
    return { kind: 'bad_response', reason: 'The answer was not JSON' };
  }
  if (success.body.every((condition) => bodyMatches(condition, answer.json))) return undefined;
  return { kind: 'bad_response', reason: `The answer does not look like ${manifest.name}` };
}

function judge(manifest: Manifest, way: AuthWay, step: Step, expected: StatusPattern[], answer: Answer) {
  if (isThrottled(manifest, answer)) {
    return { kind: 'rate_limited', reason: `${manifest.name} is limiting our calls` } satisfies Verdict;
  }
  const rules = [...step.failures, ...way.failures, ...manifest.failures];
  const rule = rules.find(({ when }) => conditionHolds(when, answer));
  if (rule) return rule;
  // Some say it with a status, or a success, that does not look like it.
  if (manifest.token_dead.some((condition) => conditionHolds(condition, answer)))
    return { kind: 'auth', reason: 'The credential was refused' } satisfies Verdict;
  if (!statusMatches(expected, answer.status)) return byStatus(manifest, answer);
  return wrongBody(manifest, step.success, answer);
}

function isTokenDead(manifest: Manifest, verdict: Verdict, answer: Answer): boolean {
  if (manifest.token_dead.length === 0) return verdict.kind === 'auth' && answer.status === 401;
  return manifest.token_dead.some((condition) => conditionHolds(condition, answer));
}

function failed(manifest: Manifest, verdict: Verdict, answer: Answer, now: number): FailureOutcome {
  const wait = verdict.kind === 'rate_limited' ? throttledFor : retryAfter;
  const seconds = wait(manifest.rate_limit, answer.headers, now);
  const dead = verdict.kind !== 'rate_limited' && isTokenDead(manifest, verdict, answer);
  return {
    ok: false,
    kind: verdict.kind,
    reason: verdict.reason,
    hint: verdict.hint ?? defaultHint(verdict.kind),
    status_code: answer.status,
    ...(seconds !== undefined && { retry_after_seconds: seconds }),
    credential_refused: verdict.kind === 'auth' || dead,
    token_dead: dead,
  };
}

function detailValue(detail: Detail, answer: Answer): unknown {
  if (typeof detail === 'string') return answer.json && readPath(answer.json.value, detail);
  const value = answer.headers.get(detail.header.toLowerCase());
  if (detail.as !== 'integer') return value;
  return value !== undefined && /^\d{1,15}$/.test(value.trim()) ? Number(value) : undefined;
}

function detailsOf(step: Step, answer: Answer): SuccessOutcome['details'] {
  const entries = Object.entries(step.details).flatMap(
    ([label, detail]): [string, string | number | boolean][] => {
      const value = detailValue(detail, answer);
      if (typeof value === 'number' || typeof value === 'boolean') return [[label, value]];
      if (typeof value !== 'string' || value === '') return [];
      return [[label, value.replace(/\p{Cc}+/gu, ' ').slice(0, LONGEST_DETAIL)]];
    },
  );
  return Object.fromEntries(entries);
}

/**
 * Says what a provider's answer means.
 * @param request what was sent, as `buildRequests` made it
 * @param now milliseconds since the epoch, for limits that name a time
 */
export function interpret(
  manifest: Manifest,
  way: AuthWay,
  request: ProviderRequest,
  response: ProviderResponse,
  now: number = Date.now(),
): Outcome {
  const step = stepsOf(manifest, way, request.purpose).find(({ id }) => id === request.step);
  if (!step) throw new Error(`${manifest.id} has no step ${request.step}`);
  return judgeStep(manifest, way, step, request.expectedStatuses, response, now);
}

/** The same for a request that is no test of the type. */
export function judgeStep(
  manifest: Manifest,
  way: AuthWay,
  step: Step,
  expected: StatusPattern[],
  response: ProviderResponse,
  now: number,
): Outcome {
  const answer = readAnswer(response);
  const verdict: Verdict | undefined = judge(manifest, way, step, expected, answer);
  return verdict ? failed(manifest, verdict, answer, now) : { ok: true, details: detailsOf(step, answer) };
}
