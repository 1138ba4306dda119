import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ConnectResult } from '../../../../lib/connect-result';
import { type Begun, ConnectFlows, type FlowWindow } from './connect-flows';

const ID = '01a1f807-0207-76e0-853d-88b57005c87d';
const OTHER = '01a1f807-0207-76e0-853d-88b57005c87e';
const ADDRESS = 'https://provider.example/authorize';

class Popup implements FlowWindow {
  closed = false;
  visited: string[] = [];
  location = { replace: (url: string) => void this.visited.push(url) };
  focus(): void {}
  close(): void {
    this.closed = true;
  }
}

const begun =
  (connectedBefore: string | null = null): (() => Promise<Begun>) =>
  () =>
    Promise.resolve({ address: ADDRESS, connectedBefore });
const result = (changes: Partial<ConnectResult>): ConnectResult => ({
  flow: 'connect',
  outcome: 'connected',
  display: 'popup',
  integration: ID,
  ...changes,
});

let flows: ConnectFlows;
let popup: Popup;
const phase = (id = ID) => flows.stateOf(id)?.phase;

beforeEach(() => {
  jest.useFakeTimers();
  flows = new ConnectFlows();
  popup = new Popup();
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a consent in a window', () => {
  it('leads the window to the provider and waits for its word', async () => {
    const run = flows.run(ID, popup, begun());
    expect(phase()).toBe('opening');
    await run;
    expect(popup.visited).toEqual([ADDRESS]);
    expect(phase()).toBe('waiting');
    flows.hear(result({}));
    expect(phase()).toBe('connected');
    expect(popup.closed).toBe(true);
  });

  it('that the browser does not let open says so, and asks the server nothing', async () => {
    const begin = jest.fn(begun());
    await flows.run(ID, null, begin);
    expect(phase()).toBe('blocked');
    expect(begin).not.toHaveBeenCalled();
  });

  it('that the server does not begin is closed', async () => {
    const error = new Error('no');
    await flows.run(ID, popup, () => Promise.reject(error));
    expect(flows.stateOf(ID)).toEqual({ phase: 'refused', error });
    expect(popup.closed).toBe(true);
  });

  it('that is closed before the server answers goes nowhere', async () => {
    const run = flows.run(ID, popup, begun());
    popup.closed = true;
    await run;
    expect(phase()).toBe('closed');
    expect(popup.visited).toEqual([]);
  });

  it('that is closed is noticed, once its word could have come', async () => {
    await flows.run(ID, popup, begun());
    popup.closed = true;
    jest.advanceTimersByTime(500);
    expect(phase()).toBe('waiting');
    jest.advanceTimersByTime(3_000);
    expect(phase()).toBe('closed');
  });

  it('whose word comes although it seemed closed is heard', async () => {
    await flows.run(ID, popup, begun());
    popup.closed = true;
    jest.advanceTimersByTime(5_000);
    flows.hear(result({ outcome: 'failed', code: 'OAUTH_DENIED' }));
    expect(flows.stateOf(ID)).toEqual({ phase: 'failed', code: 'OAUTH_DENIED' });
    flows.hear(result({}));
    expect(phase()).toBe('connected');
  });

  it('is connected too when only the test after it failed', async () => {
    await flows.run(ID, popup, begun());
    flows.hear(result({ outcome: 'failed', code: 'CONNECTION_FAILED' }));
    expect(phase()).toBe('connected');
  });
});

describe('the word of another window', () => {
  beforeEach(() => flows.run(ID, popup, begun()));

  it('is not for this integration', () => {
    flows.hear(result({ integration: OTHER }));
    flows.hear(result({ integration: OTHER, outcome: 'failed', code: 'OAUTH_DENIED' }));
    expect(phase()).toBe('waiting');
  });

  it('is not for this flow', () => {
    flows.hear(result({ flow: 'github_install' }));
    expect(phase()).toBe('waiting');
  });

  it('that names no integration can only be bad news, for whoever waits', () => {
    flows.hear(result({ integration: undefined, outcome: 'failed', code: 'OAUTH_STATE_INVALID' }));
    expect(flows.stateOf(ID)).toEqual({ phase: 'failed', code: 'OAUTH_STATE_INVALID' });
  });

  it('does not undo a connection', () => {
    flows.hear(result({}));
    flows.hear(result({ outcome: 'failed', code: 'OAUTH_STATE_USED' }));
    expect(phase()).toBe('connected');
  });

  it('changes nothing after the person has given up', () => {
    flows.end(ID);
    expect(popup.closed).toBe(true);
    flows.hear(result({}));
    expect(flows.stateOf(ID)).toBeUndefined();
  });
});

describe('what the server knows', () => {
  it('counts when the word of the window is lost', async () => {
    await flows.run(ID, popup, begun());
    flows.learn(ID, null);
    expect(phase()).toBe('waiting');
    flows.learn(ID, '2026-01-01T00:00:00Z');
    expect(phase()).toBe('connected');
  });

  it('is nothing new while it is connected as before', async () => {
    await flows.run(ID, popup, begun('2025-01-01T00:00:00Z'));
    flows.learn(ID, '2025-01-01T00:00:00Z');
    expect(phase()).toBe('waiting');
    flows.learn(ID, '2026-01-01T00:00:00Z');
    expect(phase()).toBe('connected');
  });
});

describe('another attempt', () => {
  it('takes the place of the one before, whose late answer goes nowhere', async () => {
    let answer: (begun: Begun) => void = () => undefined;
    const first = flows.run(ID, popup, () => new Promise((resolve) => (answer = resolve)));
    const second = new Popup();
    await flows.run(ID, second, begun());
    answer({ address: 'https://provider.example/old', connectedBefore: null });
    await first;
    expect(popup.closed).toBe(true);
    expect(popup.visited).toEqual([]);
    expect(second.visited).toEqual([ADDRESS]);
    expect(phase()).toBe('waiting');
  });
});
