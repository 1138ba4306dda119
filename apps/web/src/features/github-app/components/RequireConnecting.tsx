import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { EmptyState } from '../../../components/EmptyState';
import { useCan } from '../../../lib/me';

/** Says to whom these pages belong, where the person's role does not show them. */
export function RequireConnecting({ children }: { children: ReactNode }) {
  const allowed = useCan()('integrations:create');
  if (allowed) return children;
  return (
    <EmptyState icon={IconLock} title="Your role cannot connect services">
      GitHub Apps are for those who add integrations. Ask an administrator of your organisation to connect the
      service, or to change your role.
    </EmptyState>
  );
}
