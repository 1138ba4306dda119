import { ApiError, messageOf } from '../../../lib/api-error';
import { plural } from '../../../lib/format';

function waitOf(error: ApiError): string {
  const seconds = Number(error.details.retry_after);
  if (!Number.isFinite(seconds) || seconds <= 0) return 'Wait a while and try again.';
  return seconds < 90
    ? `Try again in ${plural(Math.ceil(seconds), 'second')}.`
    : `Try again in ${plural(Math.ceil(seconds / 60), 'minute')}.`;
}

/** Why a sign-in or a registration did not work, without telling a stranger whether an account exists. */
export function authMessage(error: unknown): string {
  if (!(error instanceof ApiError)) return messageOf(error);
  switch (error.code) {
    case 'INVALID_CREDENTIALS':
      return 'The e-mail address or the password is not right.';
    case 'ACCOUNT_LOCKED':
      return `Too many failed attempts: signing in is paused. ${waitOf(error)}`;
    case 'RATE_LIMITED':
      return `Too many attempts from here. ${waitOf(error)}`;
    default:
      return error.message;
  }
}
