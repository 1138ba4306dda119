import type { Integration } from '../api/types';

type Action =
  | 'integrations:update'
  | 'integrations:test'
  | 'integrations:delete'
  | 'credentials:inspect'
  | 'credentials:update';

/** Whether the person may do this with this very integration; the server decides again. */
export function may({ allowed_actions: allowed }: Integration, action: Action): boolean {
  return allowed.includes(action);
}
