import { isUuid } from './uuid';

/** Flows that leave Latchkey for a provider and come back to `/connect/result`. */
export const CONNECT_FLOWS = ['connect', 'github_app', 'github_install'] as const;
export type ConnectFlow = (typeof CONNECT_FLOWS)[number];

const OUTCOMES = ['connected', 'failed', 'pending'] as const;

/** What the address of the page says that a flow ends on. */
export interface ConnectResult {
  flow: ConnectFlow;
  outcome: (typeof OUTCOMES)[number];
  /** Why it failed: a code of the API. */
  code?: string;
  integration?: string;
  display: 'popup' | 'page';
  /** There is something of the account to choose. */
  choose?: true;
}

const CODE = /^[A-Z][A-Z_]{1,40}$/;

const oneOf = <T extends string>(choices: readonly T[], value: unknown): T | undefined =>
  choices.find((choice) => choice === value);

/**
 * Reads what anybody may have written into an address or sent through a channel: what it cannot mean is left out,
 * and without an outcome it is a failure that says nothing.
 */
export function readConnectResult(raw: Record<string, unknown>): ConnectResult {
  const outcome = oneOf(OUTCOMES, raw.outcome) ?? 'failed';
  const code = typeof raw.code === 'string' && CODE.test(raw.code) ? raw.code : undefined;
  return {
    flow: oneOf(CONNECT_FLOWS, raw.flow) ?? 'connect',
    outcome,
    code: outcome === 'failed' ? code : undefined,
    integration: isUuid(raw.integration) ? raw.integration : undefined,
    display: oneOf(['popup', 'page'], raw.display) ?? 'page',
    choose: raw.choose === 1 || raw.choose === '1' || raw.choose === true || undefined,
  };
}

/** The consent is kept, and only the test that follows failed. */
export const isKept = (code: ConnectResult['code']): boolean => code === 'CONNECTION_FAILED';
