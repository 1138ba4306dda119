import { EgressError } from '../egress/egress.error.js';
import { CredentialUnusableError } from '../tokens/credential-unusable.error.js';
import { isLimitMessage, isUnknownApp, UNKNOWN_APP } from '../tokens/derivations/github-app.js';

/** What Octokit throws; its message is GitHub's and is not passed on. */
interface RequestFailure extends Error {
  status: number;
  response?: { headers: Record<string, string | number | undefined>; data?: unknown };
}

const LONGEST_WAIT_S = 3600;
/** Where GitHub says that it limits us and not for how long: https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api */
const USUAL_WAIT_S = 60;

const isRequestFailure = (error: unknown): error is RequestFailure =>
  error instanceof Error && typeof (error as Partial<RequestFailure>).status === 'number';

/** The status that GitHub refused a call with; undefined when it did not answer. */
export const statusOf = (error: unknown): number | undefined =>
  isRequestFailure(error) && error.response ? error.status : undefined;

/** GitHub itself answered, and not something before it: its errors are JSON objects with a message. */
export function isGitHubAnswer(error: unknown): boolean {
  const data = isRequestFailure(error) ? error.response?.data : undefined;
  return typeof data === 'object' && data !== null && 'message' in data;
}

/** Seconds to wait where it was a limit: the primary one leaves 0, secondary ones name the time. */
function limitOf(failure: RequestFailure, now: number): number | undefined {
  const { status, response } = failure;
  if (status !== 403 && status !== 429) return undefined;
  const {
    'retry-after': after,
    'x-ratelimit-remaining': left,
    'x-ratelimit-reset': reset,
  } = response?.headers ?? {};
  if (after !== undefined) return bounded(Number(after));
  if (String(left) === '0') return bounded(Number(reset) - Math.floor(now / 1000));
  return status === 429 || isLimitMessage(messageOf(failure)) ? USUAL_WAIT_S : undefined;
}

const messageOf = ({ response }: RequestFailure): unknown => {
  const { data } = response ?? {};
  return typeof data === 'object' && data !== null ? (data as { message?: unknown }).message : undefined;
};

/** GitHub does not have the App that asks, and not only what it asks for. */
export const saysUnknownApp = (error: unknown): boolean =>
  isRequestFailure(error) && error.status === 404 && isUnknownApp(messageOf(error));

const bounded = (seconds: number): number =>
  Number.isFinite(seconds) ? Math.min(LONGEST_WAIT_S, Math.max(1, Math.ceil(seconds))) : USUAL_WAIT_S;

/**
 * Why a call to GitHub failed, in our own words. What is a fault of ours stays what it is.
 * @param what was asked for, as it reads after “GitHub”: `did not list the repositories`
 */
export function explainGitHub(error: unknown, what: string, now: number): unknown {
  if (error instanceof CredentialUnusableError) return error;
  const cause = error instanceof EgressError ? error : (error as Error | undefined)?.cause;
  if (cause instanceof EgressError) return CredentialUnusableError.from(cause);
  if (!isRequestFailure(error) || !error.response) return error;
  const { status: statusCode } = error;
  const retryAfterSeconds = limitOf(error, now);
  if (retryAfterSeconds !== undefined) {
    return new CredentialUnusableError('rate_limited', 'GitHub is limiting our calls', {
      statusCode,
      retryAfterSeconds,
    });
  }
  if (statusCode === 401) {
    return new CredentialUnusableError('auth', `GitHub ${what}: it refused our credential`, {
      statusCode,
      credentialRefused: true,
    });
  }
  if (statusCode === 403) {
    return new CredentialUnusableError('permission', `GitHub ${what}: that is not allowed`, {
      hint: 'Check on GitHub that the App or token has read access to metadata, and is not suspended.',
      statusCode,
    });
  }
  if (saysUnknownApp(error)) {
    const [reason, hint] = UNKNOWN_APP;
    return new CredentialUnusableError('not_found', reason, { hint, statusCode });
  }
  if (statusCode === 404) {
    return new CredentialUnusableError('not_found', `GitHub ${what}: there is no such thing`, {
      hint: 'Check the address of GitHub; on GitHub Enterprise Server the API ends in /api/v3.',
      statusCode,
    });
  }
  return new CredentialUnusableError(
    'bad_response',
    `GitHub ${what}: it answered with status ${statusCode}`,
    {
      statusCode,
    },
  );
}

/** An answer that is not what GitHub documents. */
export const badAnswer = (what: string): CredentialUnusableError =>
  new CredentialUnusableError('bad_response', `GitHub ${what}: its answer could not be read`, {
    hint: 'Check that the address is that of a GitHub and not of a page before it.',
  });
