import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { fieldErrorsUnder } from '../../../../lib/api-error';
import { toastDone } from '../../../../lib/toast';
import { useTestValues } from '../../api/test-integration';
import type { IntegrationType } from '../../api/types';
import type { WizardSearch, WizardStep } from '../../search';
import { isOAuthWay, providerName } from '../connect/oauth-way';
import { ConfigurationStep } from './ConfigurationStep';
import { secretNames } from '../../../../components/schema-form/json-schema';
import { configFormOf, shownIn } from './config-form';
import { credentialFormOf, credentialValues, isComplete } from './credential-schema';
import { CredentialsStep } from './CredentialsStep';
import { TestStep } from './TestStep';
import { type Draft, useDraft } from './use-draft';
import { useConsent } from './use-consent';
import { useFieldErrors } from './use-field-errors';
import { useSave } from './use-save';
import { useStepFocus } from './use-step-focus';
import { WizardSteps } from './WizardSteps';
import classes from './WizardFlow.module.css';

export interface WizardFlowProps {
  type: IntegrationType;
  step: WizardStep | undefined;
  /** The way to authenticate that the address asks for. */
  method?: WizardSearch['method'];
  onGo: (step: WizardStep | undefined, options?: { replace: boolean }) => void;
}

/** From credentials to a saved integration, for one type. */
export function WizardFlow({ type, step: wanted = 'credentials', method, onGo }: WizardFlowProps) {
  const appMode = type.auth_modes.find(({ flow }) => flow === 'github_app')?.id;
  const { draft, restored, change, discard } = useDraft(type, method === 'app' ? appMode : undefined);
  const { errors: fieldErrors, show, clear } = useFieldErrors(onGo);
  const test = useTestValues();
  const save = useSave();
  const navigate = useNavigate();

  const credentialSchema = credentialFormOf(type, draft);
  const mode = type.auth_modes.find(({ id }) => id === draft.authMode);
  const way = isOAuthWay(mode) ? mode : undefined;
  // An optional secret that a reload took is missed by nobody: whoever comes from elsewhere passes the form first.
  const [entered, setEntered] = useState(false);
  const missed = !entered && secretNames(credentialSchema).length > 0;
  // What GitHub makes has no further steps here.
  const complete = mode?.flow !== 'github_app' && !missed && isComplete(credentialSchema, draft.credentials);
  const reached = way && wanted === 'test' ? 'configuration' : wanted;
  const step = complete ? reached : 'credentials';
  // A reload took the secrets: the address goes back with the form.
  useEffect(() => {
    if (step !== wanted) onGo(step, { replace: true });
  });

  const frame = useStepFocus(step);

  const edit = (changes: Partial<Draft>) => {
    change(changes);
    test.reset();
    save.reset();
  };
  const showFieldErrors = (error: Error) => {
    const errors = show(error);
    // The installation's client is not for these addresses.
    if (way && errors['credentials.client_id']) change({ ownClient: true });
  };
  const connection = {
    integration_type_id: type.id,
    config: shownIn(configFormOf(type, draft.authMode), draft.config),
    credentials: credentialValues(type, draft.authMode, draft.credentials),
  };
  const runTest = () => {
    clear();
    save.reset();
    test.mutate(connection, { onError: showFieldErrors });
  };
  const described = { name: draft.name.trim(), description: draft.description.trim() || undefined };
  const consent = useConsent({ type, way, draft, save, onSaved: discard, onRefused: showFieldErrors });
  const runConsent = () => {
    clear();
    consent.run({ ...connection, ...described });
  };
  const runSave = ({ test: tested }: { test: boolean }) => {
    save.save(
      { ...connection, ...described, test: tested },
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
      <WizardSteps current={step} flow={mode?.flow} onGo={(next) => onGo(next)} />
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
          next={way ? `Connect with ${providerName(type)}` : 'Test the connection'}
          pending={way && save.isPending}
          failure={way && consent.failure}
          onNext={() => {
            if (way) return runConsent();
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
