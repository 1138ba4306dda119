import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Notice } from '../../../../components/Notice';
import { fieldErrorsOf, messageOf } from '../../../../lib/api-error';
import type { NewIntegration } from '../../api/create-integration';
import type { IntegrationType } from '../../api/types';
import { askedScopes, type OAuthWay, providerName } from '../connect/oauth-way';
import { beginConsent, openConsentWindow } from '../connect/use-connect';
import type { Draft } from './use-draft';
import type { useSave } from './use-save';

interface ConsentStart {
  /** Saves the integration and leads a window to the provider; to be called while the click is handled. */
  run: (values: NewIntegration) => void;
  failure: ReactNode;
}

interface ConsentParts {
  type: IntegrationType;
  way: OAuthWay | undefined;
  draft: Draft;
  save: ReturnType<typeof useSave>;
  onSaved: () => void;
  onRefused: (error: Error) => void;
}

/** The last step of the wizard for a way by consent; its integration’s page shows how it goes on. */
export function useConsent({ type, way, draft, save, onSaved, onRefused }: ConsentParts): ConsentStart {
  const navigate = useNavigate();
  const run = (values: NewIntegration) => {
    const window = openConsentWindow(providerName(type));
    const scopes = way && askedScopes(way.oauth.scopes, draft.scopes);
    save.save(values, {
      onSaved: ({ id }) => {
        onSaved();
        beginConsent(id, window, scopes);
        void navigate({ to: '/integrations/$integrationId', params: { integrationId: id }, search: {} });
      },
      onRefused: (error) => {
        window?.close();
        onRefused(error);
      },
    });
  };
  const told = save.error && Object.keys(fieldErrorsOf(save.error)).length === 0;
  const failure = told && (
    <Notice tone="bad" role="alert" title="It could not be saved">
      {messageOf(save.error)}
    </Notice>
  );
  return { run, failure };
}
