import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { fieldErrorsOf, fieldErrorsUnder } from '../../../../lib/api-error';
import { toastDone } from '../../../../lib/toast';
import { useTestValues } from '../../api/test-integration';
import type { IntegrationType } from '../../api/types';
import type { WizardStep } from '../../search';
import { ConfigurationStep } from './ConfigurationStep';
import { secretNames } from '../../../../components/schema-form/json-schema';
import { credentialSchemaOf, credentialValues, isComplete } from './credential-schema';
import { CredentialsStep } from './CredentialsStep';
import { TestStep } from './TestStep';
import { type Draft, useDraft } from './use-draft';
import { useSave } from './use-save';
import { WizardSteps } from './WizardSteps';
import classes from './WizardFlow.module.css';

export interface WizardFlowProps {
  type: IntegrationType;
  step: WizardStep | undefined;
  onGo: (step: WizardStep | undefined, options?: { replace: boolean }) => void;
}

/** The step at which a refused field can be corrected. */
function stepOf(errors: Record<string, string[]>): WizardStep | undefined {
  const [field] = Object.keys(errors);
  if (field === undefined) return undefined;
  return field.startsWith('credentials') ? 'credentials' : 'configuration';
}

/** From credentials to a saved integration, for one type. */
export function WizardFlow({ type, step: wanted = 'credentials', onGo }: WizardFlowProps) {
  const { draft, restored, change, discard } = useDraft(type);
  const [fieldErrors, setFieldErrors] = useState<Record<string, string[]>>({});
  const test = useTestValues();
  const save = useSave();
  const navigate = useNavigate();

  const credentialSchema = credentialSchemaOf(type, draft.authMode);
  // An optional secret that a reload took is missed by nobody: whoever comes from elsewhere passes the form first.
  const [entered, setEntered] = useState(false);
  const missed = !entered && secretNames(credentialSchema).length > 0;
  const complete = !missed && isComplete(credentialSchema, draft.credentials);
  const step = complete ? wanted : 'credentials';
  // A reload took the secrets: the address goes back with the form.
  useEffect(() => {
    if (step !== wanted) onGo(step, { replace: true });
  });

  const frame = useRef<HTMLDivElement>(null);
  const shownStep = useRef(step);
  useEffect(() => {
    if (shownStep.current === step) return;
    shownStep.current = step;
    frame.current?.focus();
  }, [step]);

  const edit = (changes: Partial<Draft>) => {
    change(changes);
    test.reset();
    save.reset();
  };
  const showFieldErrors = (error: Error) => {
    const errors = fieldErrorsOf(error);
    setFieldErrors(errors);
    const target = stepOf(errors);
    if (target) onGo(target);
  };
  const connection = {
    integration_type_id: type.id,
    config: draft.config,
    credentials: credentialValues(type, draft.authMode, draft.credentials),
  };
  const runTest = () => {
    setFieldErrors({});
    save.reset();
    test.mutate(connection, { onError: showFieldErrors });
  };
  const runSave = ({ test: tested }: { test: boolean }) => {
    const description = draft.description.trim() || undefined;
    save.save(
      { ...connection, name: draft.name.trim(), description, test: tested },
      {
        onSaved: ({ id, name }) => {
          discard();
          const outcome = tested ? `“${name}” is connected.` : `“${name}” is saved. It is being checked now.`;
          void navigate({
            to: '/integrations/$integrationId',
            params: { integrationId: id },
            search: {},
          }).then(() => toastDone(outcome));
        },
        onRefused: showFieldErrors,
      },
    );
  };

  return (
    <div ref={frame} tabIndex={-1} className={classes.frame}>
      <WizardSteps current={step} onGo={(next) => onGo(next)} />
      {step === 'credentials' && (
        <CredentialsStep
          type={type}
          draft={draft}
          restored={restored && !complete}
          serverErrors={fieldErrorsUnder(fieldErrors, 'credentials')}
          onChange={edit}
          onNext={() => {
            setEntered(true);
            onGo('configuration');
          }}
        />
      )}
      {step === 'configuration' && (
        <ConfigurationStep
          type={type}
          draft={draft}
          serverErrors={fieldErrorsUnder(fieldErrors, 'config')}
          nameError={fieldErrors.name?.join(' ')}
          onChange={edit}
          onNext={() => {
            onGo('test');
            runTest();
          }}
          onBack={() => onGo('credentials')}
        />
      )}
      {step === 'test' && (
        <TestStep
          service={type.name}
          name={draft.name}
          testing={test.isPending}
          result={test.data}
          failure={test.error ?? save.error}
          saving={save.isPending}
          onTest={runTest}
          onSave={runSave}
          onGo={(next) => onGo(next)}
        />
      )}
    </div>
  );
}
