import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { forgetScopes } from '../../../lib/connect-scopes';
import { type ConnectResult, isKept } from '../../../lib/connect-result';

/** A full page whose flow ended well goes on to the integration, which says so; true while it does. */
export function useOnward({ flow, outcome, code, integration }: ConnectResult, enabled: boolean): boolean {
  const navigate = useNavigate();
  const kept = outcome === 'connected' || isKept(code);
  const target = enabled && flow === 'connect' && kept ? integration : undefined;
  useEffect(() => {
    if (!target) return;
    forgetScopes(target);
    void navigate({
      to: '/integrations/$integrationId',
      params: { integrationId: target },
      search: { connected: true },
      replace: true,
    });
  }, [target, navigate]);
  return target !== undefined;
}
