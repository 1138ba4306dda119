import { useState } from 'react';
import { fieldErrorsOf } from '../../../../lib/api-error';
import type { WizardStep } from '../../search';

type FieldErrors = Record<string, string[]>;

/** The step at which a refused field can be corrected. */
function stepOf(errors: FieldErrors): WizardStep | undefined {
  const [field] = Object.keys(errors);
  if (field === undefined) return undefined;
  return field.startsWith('credentials') ? 'credentials' : 'configuration';
}

/** What the server refused, shown at the step where it was entered. */
export function useFieldErrors(onGo: (step: WizardStep) => void) {
  const [errors, setErrors] = useState<FieldErrors>({});
  const show = (error: Error): FieldErrors => {
    const found = fieldErrorsOf(error);
    setErrors(found);
    const step = stepOf(found);
    if (step) onGo(step);
    return found;
  };
  return { errors, show, clear: () => setErrors({}) };
}
