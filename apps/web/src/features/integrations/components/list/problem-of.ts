import type { Integration } from '../../api/types';
import { failureTitle } from '../failure-kinds';

/** Why an integration does not work, in one line; null when it does. */
export function problemOf({ status, error_message, error_code }: Integration): string | null {
  if (status !== 'error' && status !== 'needs_reauth') return null;
  return error_message ?? failureTitle(error_code);
}
