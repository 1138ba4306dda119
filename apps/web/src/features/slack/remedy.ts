import { ApiError } from '../../lib/api-error';

/** What helps when Slack does not answer with its channels. */
export type SlackRemedy = 'wait' | 'connect' | 'retry';

const OF_THE_CREDENTIAL = new Set<unknown>(['auth', 'permission']);

export function remedyOf(error: unknown): SlackRemedy {
  if (!(error instanceof ApiError)) return 'retry';
  if (error.code === 'RATE_LIMITED') return 'wait';
  const refused = error.code === 'CONNECTION_FAILED' && OF_THE_CREDENTIAL.has(error.details.kind);
  return refused || error.code === 'REAUTHORIZATION_REQUIRED' ? 'connect' : 'retry';
}
