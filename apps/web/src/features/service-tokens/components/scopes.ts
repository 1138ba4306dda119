import type { Scope } from '../api/types';

interface ScopeWords {
  scope: Scope;
  label: string;
  /** What a program with it can do. */
  allows: string;
}

/** In the order of the form: what is safest comes first. */
export const SCOPES: ScopeWords[] = [
  {
    scope: 'proxy:call',
    label: 'Call services through Latchkey',
    allows:
      'The program reaches the service, and Latchkey adds the credential on the way: the program never sees it.',
  },
  {
    scope: 'credentials:read',
    label: 'Read credentials',
    allows: 'The program gets the secret itself, in the clear. Every read is written to the audit trail.',
  },
  {
    scope: 'integrations:read',
    label: 'See integrations',
    allows: 'The program sees names, states, checks and activity of integrations, and no secret.',
  },
];

const LABELS = new Map(SCOPES.map(({ scope, label }) => [scope as string, label]));

export const scopeLabel = (scope: string) => LABELS.get(scope) ?? scope;
export const scopeAllows = (scope: string) => SCOPES.find((each) => each.scope === scope)?.allows ?? '';
