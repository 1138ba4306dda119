import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { WizardStep } from '../../search';
import classes from './WizardSteps.module.css';

const STEPS: { id: WizardStep | 'service'; label: string }[] = [
  { id: 'service', label: 'Service' },
  { id: 'credentials', label: 'Credentials' },
  { id: 'configuration', label: 'Configuration' },
  { id: 'test', label: 'Test and save' },
];

interface WizardStepsProps {
  current: WizardStep | 'service';
  onGo: (step: WizardStep | undefined) => void;
}

/** Where one is; steps behind can be gone back to. */
export function WizardSteps({ current, onGo }: WizardStepsProps) {
  const position = STEPS.findIndex(({ id }) => id === current);
  return (
    <ol className={classes.steps} aria-label="Steps">
      {STEPS.map(({ id, label }, index) => {
        const done = index < position;
        return (
          <li
            key={id}
            className={classes.step}
            data-done={done || undefined}
            aria-current={index === position ? 'step' : undefined}
          >
            <span className={classes.number} aria-hidden>
              {done ? <IconCheck size={12} stroke={2.5} /> : index + 1}
            </span>
            {done ? (
              <UnstyledButton
                className={`${classes.back} ${classes.label}`}
                onClick={() => onGo(id === 'service' ? undefined : id)}
              >
                {label}
                <VisuallyHidden> (done, go back)</VisuallyHidden>
              </UnstyledButton>
            ) : (
              <span className={classes.label}>{label}</span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
