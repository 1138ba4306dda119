import { IconClockExclamation } from '@tabler/icons-react';
import { RelativeTime } from '../../../../components/RelativeTime';
import type { Integration } from '../../api/types';
import classes from './TokenNote.module.css';

const WORDS = { expired: 'Token expired', revoked: 'Token revoked' };

/** Says when a token runs out soon, or that it has. Nothing while there is nothing to do. */
export function TokenNote({ integration }: { integration: Integration }) {
  const { token_status: status, token_expires_at: expiry } = integration;
  if (status !== 'expiring' && status !== 'expired' && status !== 'revoked') return null;
  return (
    <span className={classes.note}>
      <IconClockExclamation size={14} aria-hidden />
      {status === 'expiring' ? (
        <>
          Token expires <RelativeTime time={expiry} never="soon" due="now" />
        </>
      ) : (
        WORDS[status]
      )}
    </span>
  );
}
