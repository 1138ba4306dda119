import { useEffect, useRef } from 'react';
import type { WizardStep } from '../../search';

/** A new step takes the focus with it, as a new page does. */
export function useStepFocus(step: WizardStep) {
  const frame = useRef<HTMLDivElement>(null);
  const shown = useRef(step);
  useEffect(() => {
    if (shown.current === step) return;
    shown.current = step;
    frame.current?.focus();
  }, [step]);
  return frame;
}
