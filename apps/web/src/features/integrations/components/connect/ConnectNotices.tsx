import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import { Notice } from '../../../../components/Notice';
import type { Integration, IntegrationType } from '../../api/types';
import { may } from '../may';
import { ConnectButton } from './ConnectButton';
import { Connected } from './Connected';
import { ConnectProgress } from './ConnectProgress';
import { oauthWayOf, providerName } from './oauth-way';
import { useConnect } from './use-connect';

interface ConnectNoticesProps {
  integration: Integration;
  type: IntegrationType | undefined;
  /** A consent has just ended well. */
  connected: boolean;
  /** What is shown while no consent is under way. */
  children: ReactNode;
}

/** The consent of an integration: under way, failed, made, or not yet begun. */
export function ConnectNotices({ type, ...props }: ConnectNoticesProps) {
  if (!type || !oauthWayOf(type, props.integration)) return props.children;
  return <ConsentNotices type={type} {...props} />;
}

interface ConsentNoticesProps extends ConnectNoticesProps {
  type: IntegrationType;
}

function ConsentNotices({ integration, type, connected, children }: ConsentNoticesProps) {
  const provider = providerName(type);
  const connect = useConnect(integration.id, type.name);
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  const { state, settled } = connect;
  useEffect(() => {
    if (settled)
      void navigate({ search: (search) => ({ ...search, connected: true }), replace: true }).then(settled);
  }, [settled, navigate]);

  if (state) {
    return (
      <ConnectProgress integrationId={integration.id} provider={provider} state={state} connect={connect} />
    );
  }
  const usable =
    integration.token_status !== 'unauthorized' && !['needs_reauth', 'disabled'].includes(integration.status);
  if (connected && usable) {
    return (
      <>
        <Connected integration={integration} type={type} />
        {children}
      </>
    );
  }
  if (integration.token_status !== 'unauthorized' || integration.status === 'disabled') return children;
  return (
    <Notice
      tone="warn"
      title={`Not connected to ${provider} yet`}
      actions={
        may(integration, 'credentials:update') && <ConnectButton integration={integration} type={type} />
      }
    >
      The integration is saved. It works once somebody has agreed at {provider}.
    </Notice>
  );
}
