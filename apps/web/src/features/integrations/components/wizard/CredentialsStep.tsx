import { Button, Group, Radio, Skeleton } from '@mantine/core';
import { Suspense, use } from 'react';
import { Notice } from '../../../../components/Notice';
import { hasFields } from '../../../../components/schema-form/json-schema';
import { SchemaForm } from '../../../../components/schema-form/SchemaForm';
import type { AuthMode, IntegrationType } from '../../api/types';
import { isOAuthWay } from '../connect/oauth-way';
import { OAuthStep } from '../connect/OAuthStep';
import { GithubAppSlot } from '../slots';
import { credentialSchemaOf } from './credential-schema';
import { ModeGuide } from './ModeGuide';
import type { Draft } from './use-draft';
import classes from './CredentialsStep.module.css';

interface CredentialsStepProps {
  type: IntegrationType;
  draft: Draft;
  restored: boolean;
  serverErrors: Record<string, string[]>;
  onChange: (changes: Partial<Draft>) => void;
  onNext: () => void;
}

export function CredentialsStep({
  type,
  draft,
  restored,
  serverErrors,
  onChange,
  onNext,
}: CredentialsStepProps) {
  const schema = credentialSchemaOf(type, draft.authMode);
  const mode = type.auth_modes.find(({ id }) => id === draft.authMode);
  const slot = use(GithubAppSlot);
  const githubApp = mode?.flow === 'github_app' ? slot : null;
  return (
    <div className={classes.layout}>
      <div className={classes.main}>
        {restored && (
          <Notice tone="idle">
            Your draft is back. Secrets are never kept in the browser: enter them again.
          </Notice>
        )}
        {type.auth_modes.length > 1 && (
          <ModeChoice
            modes={type.auth_modes}
            value={draft.authMode}
            onChange={(authMode) =>
              onChange({ authMode, credentials: {}, scopes: undefined, ownClient: undefined })
            }
          />
        )}
        {githubApp && <Suspense fallback={<Skeleton h={240} aria-hidden />}>{githubApp}</Suspense>}
        {!githubApp && isOAuthWay(mode) && (
          <OAuthStep
            key={mode.id}
            type={type}
            way={mode}
            draft={draft}
            serverErrors={serverErrors}
            onChange={onChange}
            onNext={onNext}
          />
        )}
        {!githubApp && !isOAuthWay(mode) && (
          <>
            {!hasFields(schema) && <Notice tone="idle">This service needs no credentials.</Notice>}
            <SchemaForm
              key={draft.authMode}
              id="credentials"
              schema={schema}
              uiSchema={type.ui_schema.credentials?.[draft.authMode]}
              values={draft.credentials}
              onChange={(credentials) => onChange({ credentials })}
              onSubmit={onNext}
              serverErrors={serverErrors}
            >
              <Button type="submit">Continue</Button>
            </SchemaForm>
          </>
        )}
      </div>
      {mode && (
        <ModeGuide
          type={type}
          mode={mode}
          ownClient={mode.oauth?.client === 'own' || draft.ownClient === true}
        />
      )}
    </div>
  );
}

/** From here on they stand side by side, so that the form stays in sight. */
const MANY = 3;

interface ModeChoiceProps {
  modes: AuthMode[];
  value: string;
  onChange: (mode: string) => void;
}

function ModeChoice({ modes, value, onChange }: ModeChoiceProps) {
  return (
    <Radio.Group label="How to authenticate" value={value} onChange={onChange}>
      <div className={classes.modes} data-many={modes.length > MANY || undefined}>
        {modes.map(({ id, title, description }) => (
          <Radio.Card key={id} value={id} className={classes.mode}>
            <Group wrap="nowrap" align="flex-start" gap="sm">
              <Radio.Indicator mt={2} />
              <div>
                <div>{title}</div>
                {description && <div className={classes.modeDescription}>{description}</div>}
              </div>
            </Group>
          </Radio.Card>
        ))}
      </div>
    </Radio.Group>
  );
}
