import { useCallback, useEffect, useState, useSyncExternalStore } from 'react';
import { onResult } from '../../../../lib/connect-channel';
import { forgetScopes, recallScopes, rememberScopes } from '../../../../lib/connect-scopes';
import { type ConnectWindow, openConnectWindow } from '../../../../lib/connect-window';
import { queryClient } from '../../../../lib/query-client';
import { initiateConsent } from '../../api/connect-integration';
import { tokenHealthQuery, useTokenHealth } from '../../api/get-token-health';
import { integrationKeys } from '../../api/keys';
import { ConnectFlows, type FlowState, isUnsettled } from './connect-flows';

const WAITING_POLL_MS = 2_000;
/** After the window is gone: word may still come from another one. */
const LATER_POLL_MS = 5_000;

const flows = new ConnectFlows();
let heard: (() => void) | undefined;

/** Listens once for all consents, also for those that were begun elsewhere or given up here. */
function listen(): void {
  heard ??= onResult((result) => {
    flows.hear(result);
    void queryClient.invalidateQueries({ queryKey: integrationKeys.all });
  });
}

/** Opens the window for the consent; to be called while the click is handled. */
export function openConsentWindow(service: string): ConnectWindow | null {
  listen();
  return openConnectWindow(`Opening ${service}`);
}

/** Leads the window to the provider for an integration that was just created. */
export function beginConsent(id: string, window: ConnectWindow | null, scopes: string[] | undefined): void {
  rememberScopes(id, scopes);
  void flows.run(id, window, async () => ({
    address: await initiateConsent(id, { scopes, display: 'popup' }),
    connectedBefore: null,
  }));
}

/** `scopes` left out are those of the attempt before, or of last time. */
export interface Connect {
  state: FlowState | undefined;
  /** It is connected and what is shown of it is loaded anew: to be called once that is told. */
  settled: (() => void) | undefined;
  /** In a window of its own. */
  begin: (scopes?: string[]) => void;
  /** By leaving this page for the provider’s. */
  beginHere: (scopes?: string[]) => void;
  /** This page is about to be left. */
  leaving: boolean;
  show: () => void;
  end: () => void;
}

/** The consent for one integration. */
export function useConnect(id: string, service: string): Connect {
  useEffect(listen, []);
  const state = useSyncExternalStore(flows.subscribe, () => flows.stateOf(id));
  const [leaving, setLeaving] = useState(false);

  const unsettled = isUnsettled(state);
  const { data: health } = useTokenHealth(id, {
    enabled: unsettled,
    pollMs: state?.phase === 'waiting' ? WAITING_POLL_MS : LATER_POLL_MS,
  });
  useEffect(() => {
    if (unsettled && health) flows.learn(id, health.connected_at);
  }, [unsettled, health, id]);

  const connected = state?.phase === 'connected';
  const [loaded, setLoaded] = useState(false);
  useEffect(() => {
    if (!connected) return;
    forgetScopes(id);
    void queryClient.invalidateQueries({ queryKey: integrationKeys.all }).then(() => setLoaded(true));
  }, [connected, id]);

  // Whoever comes back by the browser's own cache has not left after all.
  useEffect(() => {
    const back = () => setLeaving(false);
    window.addEventListener('pageshow', back);
    return () => window.removeEventListener('pageshow', back);
  }, []);

  const begin = (chosen?: string[]) => {
    const window = openConsentWindow(service);
    const scopes = chosen ?? recallScopes(id);
    rememberScopes(id, scopes);
    void flows.run(id, window, async () => {
      const before = await queryClient.fetchQuery({ ...tokenHealthQuery(id), staleTime: 0 });
      const address = await initiateConsent(id, { scopes, display: 'popup' });
      return { address, connectedBefore: before.connected_at };
    });
  };
  const beginHere = (chosen?: string[]) => {
    const scopes = chosen ?? recallScopes(id);
    rememberScopes(id, scopes);
    setLeaving(true);
    flows.end(id);
    initiateConsent(id, { scopes, display: 'page' })
      .then((address) => window.location.assign(address))
      .catch((error: unknown) => {
        setLeaving(false);
        flows.refuse(id, error);
      });
  };
  const end = useCallback(() => {
    flows.end(id);
    setLoaded(false);
  }, [id]);
  return {
    state,
    settled: connected && loaded ? end : undefined,
    begin,
    beginHere,
    leaving,
    show: () => flows.show(id),
    end,
  };
}
