import { fieldErrorsOf, fieldErrorsUnder } from '../../../../lib/api-error';

/** The body is flat here, so a refused field may come with or without the prefix. */
export function credentialErrors(error: unknown): Record<string, string[]> {
  const errors = fieldErrorsOf(error);
  return { ...errors, ...fieldErrorsUnder(errors, 'credentials') };
}
