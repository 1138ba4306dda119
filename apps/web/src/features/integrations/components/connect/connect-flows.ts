import { type ConnectResult, isKept } from '../../../../lib/connect-result';

/** Where the consent for one integration stands, as this page knows it. */
export type FlowState =
  /** The server is asked for the address. */
  | { phase: 'opening' }
  | { phase: 'waiting' }
  /** The browser did not let the window open. */
  | { phase: 'blocked' }
  /** The window is gone, or went where it can no longer be seen. */
  | { phase: 'closed' }
  /** The server did not begin the flow. */
  | { phase: 'refused'; error: unknown }
  | { phase: 'failed'; code: string | undefined }
  | { phase: 'connected' };

/** What is used of the window. Closing it does nothing while the provider's page is in it. */
export interface FlowWindow {
  readonly closed: boolean;
  location: { replace(url: string): void };
  close(): void;
  focus(): void;
}

/** What the server says to a flow that begins. */
export interface Begun {
  /** The provider's. */
  address: string;
  /** Since when the integration has been connected, before this. */
  connectedBefore: string | null;
}

interface Running {
  state: FlowState;
  window?: FlowWindow;
  connectedBefore?: string | null;
  watch?: ReturnType<typeof setInterval>;
}

/** The server may know more about it than this page. */
export function isUnsettled(state: FlowState | undefined): boolean {
  return state !== undefined && ['waiting', 'closed', 'failed'].includes(state.phase);
}

const LOOK_MS = 400;
/** The word of a window that closes itself may come a moment after it is gone. */
const LATE_WORD_MS = 1_500;

/**
 * The consents that this page waits for, by integration. They outlive the components that show them: the wizard
 * opens the window, the integration's page waits for it.
 */
export class ConnectFlows {
  private readonly flows = new Map<string, Running>();
  private readonly listeners = new Set<() => void>();

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  stateOf(integrationId: string): FlowState | undefined {
    return this.flows.get(integrationId)?.state;
  }

  /**
   * Leads a window that was opened by the click to the provider.
   * @param window null when the browser did not let it open
   * @param begin asks the server
   */
  async run(integrationId: string, window: FlowWindow | null, begin: () => Promise<Begun>): Promise<void> {
    this.end(integrationId);
    if (!window) return this.set(integrationId, { state: { phase: 'blocked' } });
    const running: Running = { state: { phase: 'opening' }, window };
    this.set(integrationId, running);
    try {
      const { address, connectedBefore } = await begin();
      running.connectedBefore = connectedBefore;
      // Another attempt may have begun meanwhile.
      if (this.flows.get(integrationId) !== running) return window.close();
      if (window.closed) return this.move(integrationId, { phase: 'closed' });
      window.location.replace(address);
    } catch (error) {
      window.close();
      if (this.flows.get(integrationId) === running) this.move(integrationId, { phase: 'refused', error });
      return;
    }
    running.watch = setInterval(() => this.look(integrationId, running), LOOK_MS);
    this.move(integrationId, { phase: 'waiting' });
  }

  /** The word of the page that the flow ended on. */
  hear({ flow, outcome, integration, code }: ConnectResult): void {
    if (flow !== 'connect') return;
    for (const [id, { state }] of this.flows) {
      // An answer that the server could not place names no integration: it concerns whoever waits here.
      const concerned = integration === undefined ? state.phase === 'waiting' : integration === id;
      if (!concerned || state.phase === 'connected') continue;
      if (outcome === 'connected' || isKept(code)) this.move(id, { phase: 'connected' });
      else if (state.phase !== 'refused') this.move(id, { phase: 'failed', code });
    }
  }

  /** What the server says, in case the window's word is lost. */
  learn(integrationId: string, connectedAt: string | null): void {
    const running = this.flows.get(integrationId);
    if (!running || running.connectedBefore === undefined || !isUnsettled(running.state)) return;
    if (connectedAt !== null && connectedAt !== running.connectedBefore)
      this.move(integrationId, { phase: 'connected' });
  }

  /** The server did not begin. */
  refuse(integrationId: string, error: unknown): void {
    this.set(integrationId, { state: { phase: 'refused', error } });
  }

  show(integrationId: string): void {
    this.flows.get(integrationId)?.window?.focus();
  }

  /** Forgets the flow and closes its window. */
  end(integrationId: string): void {
    const running = this.flows.get(integrationId);
    if (!running) return;
    clearInterval(running.watch);
    if (running.state.phase === 'opening' || running.state.phase === 'waiting') running.window?.close();
    this.flows.delete(integrationId);
    this.changed();
  }

  private look(integrationId: string, running: Running): void {
    if (!running.window?.closed) return;
    clearInterval(running.watch);
    setTimeout(() => {
      const current = this.flows.get(integrationId);
      if (current === running && current.state.phase === 'waiting')
        this.move(integrationId, { phase: 'closed' });
    }, LATE_WORD_MS);
  }

  private move(integrationId: string, state: FlowState): void {
    const running = this.flows.get(integrationId);
    if (!running) return;
    if (state.phase !== 'waiting') clearInterval(running.watch);
    if (state.phase === 'connected' || state.phase === 'failed') running.window?.close();
    running.state = state;
    this.changed();
  }

  private set(integrationId: string, running: Running): void {
    this.flows.set(integrationId, running);
    this.changed();
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}
