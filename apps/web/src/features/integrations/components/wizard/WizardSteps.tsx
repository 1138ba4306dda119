import { UnstyledButton, VisuallyHidden } from '@mantine/core';
import { IconCheck } from '@tabler/icons-react';
import type { AuthMode } from '../../api/types';
import type { WizardStep } from '../../search';
import classes from './WizardSteps.module.css';

const STEPS: { id: WizardStep | 'service'; label: string }[] = [
  { id: 'service', label: 'Service' },
  { id: 'credentials', label: 'Credentials' },
  { id: 'configuration', label: 'Configuration' },
  { id: 'test', label: 'Test and save' },
];

const LAST: Record<AuthMode['flow'], string> = {
  form: 'Test and save',
  oauth: 'Authorise',
  github_app: 'Install on GitHub',
};

interface WizardStepsProps {
  current: WizardStep | 'service';
  /** How the service is connected in the way that was chosen. */
  flow?: AuthMode['flow'];
  onGo: (step: WizardStep | undefined) => void;
}

/** Where one is; steps behind can be gone back to. */
export function WizardSteps({ current, flow = 'form', onGo }: WizardStepsProps) {
  // What GitHub makes is configured there.
  const steps = flow === 'github_app' ? STEPS.filter(({ id }) => id !== 'configuration') : STEPS;
  const position = steps.findIndex(({ id }) => id === current);
  return (
    <ol className={classes.steps} aria-label="Steps">
      {steps.map(({ id, label: usual }, index) => {
        const done = index < position;
        const label = id === 'test' ? LAST[flow] : usual;
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
