import { IconLock } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { EmptyState } from '../../../components/EmptyState';
import { useCan } from '../../../lib/me';

/** Says to whom these pages belong, where the person's role does not show them. */
export function RequireTokens({ children }: { children: ReactNode }) {
  const allowed = useCan()('tokens:manage');
  if (allowed) return children;
  return (
    <EmptyState icon={IconLock} title="Your role does not manage service tokens">
      They let programs use the integrations of this organisation. Ask an administrator for one.
    </EmptyState>
  );
}
