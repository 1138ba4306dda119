import { Button } from '@mantine/core';
import { LinkedText } from '../../../../components/LinkedText';
import { Notice } from '../../../../components/Notice';
import { RelativeTime } from '../../../../components/RelativeTime';
import { toastDone, toastFailed } from '../../../../lib/toast';
import { useSetEnabled } from '../../api/set-enabled';
import type { Integration, IntegrationType } from '../../api/types';
import { oauthWayOf } from '../connect/oauth-way';
import { failureAdvice, failureTitle } from '../failure-kinds';
import { may } from '../may';
import { MendActions } from './MendActions';

interface StateNoticeProps {
  integration: Integration;
  type: IntegrationType | undefined;
}

/** Why the integration is not active, since when, and what to press. Nothing for an active one. */
export function StateNotice({ integration, type }: StateNoticeProps) {
  switch (integration.status) {
    case 'active':
      return null;
    case 'pending':
      return (
        <Notice tone="idle" role="status" title="The first check is under way">
          Its result appears here by itself.
        </Notice>
      );
    case 'disabled':
      return <DisabledNotice integration={integration} />;
    case 'error':
    case 'needs_reauth':
      return <FailureNotice integration={integration} type={type} />;
  }
}

function DisabledNotice({ integration }: { integration: Integration }) {
  const setEnabled = useSetEnabled(integration.id);
  const enable = () =>
    setEnabled.mutate(true, {
      onSuccess: () => toastDone(`“${integration.name}” is enabled.`),
      onError: (error) => toastFailed('It could not be enabled', error),
    });
  return (
    <Notice
      tone="idle"
      title="This integration is disabled"
      actions={
        may(integration, 'integrations:update') && (
          <Button size="xs" onClick={enable} loading={setEnabled.isPending}>
            Enable
          </Button>
        )
      }
    >
      It is not checked, and programs cannot use it.
    </Notice>
  );
}

/** The stored hint is for those who read it elsewhere, in a mail or a program. */
function consentAdvice(integration: Integration): string {
  if (may(integration, 'credentials:update'))
    return 'Authorise again: the settings, and what was chosen, are kept.';
  return 'Your role cannot do that. Ask an administrator of your organisation.';
}

function FailureNotice({ integration, type }: StateNoticeProps) {
  const { error_code: kind, error_message: message, hint, status, status_changed_at: since } = integration;
  const { consecutive_failures: failures } = integration;
  const reauth = status === 'needs_reauth';
  const byConsent = oauthWayOf(type, integration) !== undefined;
  return (
    <Notice
      tone={reauth ? 'warn' : 'bad'}
      title={reauth && (!kind || byConsent) ? 'Somebody has to authorise this again' : failureTitle(kind)}
      actions={<MendActions integration={integration} type={type} />}
    >
      {message && <div>{message}</div>}
      <div>
        <LinkedText text={reauth && byConsent ? consentAdvice(integration) : (hint ?? failureAdvice(kind))} />
      </div>
      <div>
        Since <RelativeTime time={since} />
        {failures > 1 && `, ${failures} failed checks in a row`}.
      </div>
    </Notice>
  );
}
