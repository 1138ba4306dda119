import { IconClockX } from '@tabler/icons-react';
import { RelativeTime } from '../../../../components/RelativeTime';
import { useNow } from '../../../../components/use-now';
import classes from './CredentialExpiry.module.css';

const SOON_MS = 14 * 86_400_000;

/** What it is that ends. */
export function expiryLabel({ credential_type: type }: { credential_type: string | null }): string {
  return type === 'mtls' ? 'Certificate expires' : 'Expires';
}

interface CredentialExpiryProps {
  expiresAt: string | null;
  /** Latchkey brings another before the end. */
  renewed: boolean;
}

/** When a credential ends; within two weeks with a warning, unless another comes by itself. */
export function CredentialExpiry({ expiresAt, renewed }: CredentialExpiryProps) {
  const now = useNow();
  if (!expiresAt) return <span>No known expiry</span>;
  const left = new Date(expiresAt).getTime() - now;
  if (left > SOON_MS || (renewed && left > 0)) return <RelativeTime time={expiresAt} />;
  return (
    <span className={left > 0 ? classes.soon : classes.over}>
      <IconClockX size={14} aria-hidden />
      {left > 0 ? 'Soon: ' : 'Expired '}
      <RelativeTime time={expiresAt} />
    </span>
  );
}
