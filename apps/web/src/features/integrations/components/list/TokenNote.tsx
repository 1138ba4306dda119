import { RelativeTime } from '../../../../components/RelativeTime';
import type { Integration } from '../../api/types';
import { tokenIcons } from '../token/token-icons';
import { tokenWords } from '../token-words';
import classes from './TokenNote.module.css';

/** How the token does, in words and with a sign. Nothing for a credential that has no end. */
export function TokenNote({ integration }: { integration: Integration }) {
  const { token_status: status, token_expires_at: expiry } = integration;
  if (status === 'none' || (status === 'valid' && !expiry)) return null;
  // The badge of the state says it.
  if (status === 'unauthorized' && integration.status === 'pending') return null;
  const Icon = tokenIcons[status];
  const { label, tone } = tokenWords(status);
  return (
    <span className={classes.note} data-tone={status === 'valid' ? 'idle' : tone}>
      <Icon size={14} aria-hidden />
      {status === 'valid' && (
        <>
          Token ends <RelativeTime time={expiry} />
        </>
      )}
      {status === 'expiring' && (
        <>
          Token expires <RelativeTime time={expiry} never="soon" due="now" />
        </>
      )}
      {status !== 'valid' && status !== 'expiring' && `Token ${label.toLowerCase()}`}
    </span>
  );
}
