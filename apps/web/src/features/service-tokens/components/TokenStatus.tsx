import { IconBan, IconCircleCheck, IconClockX, type TablerIcon } from '@tabler/icons-react';
import { Badge } from '../../../components/Badge';
import type { Tone } from '../../../components/Notice';
import { RelativeTime } from '../../../components/RelativeTime';
import { useNow } from '../../../components/use-now';
import type { ServiceToken, TokenStatus as Status } from '../api/types';
import { endsSoon } from './expiry';
import classes from './Tokens.module.css';

export const statusWords: Record<Status, { label: string; tone: Tone; icon: TablerIcon }> = {
  active: { label: 'Active', tone: 'ok', icon: IconCircleCheck },
  expired: { label: 'Expired', tone: 'warn', icon: IconClockX },
  revoked: { label: 'Revoked', tone: 'idle', icon: IconBan },
};

export function TokenStatus({ status }: { status: Status }) {
  const { label, tone, icon } = statusWords[status];
  return (
    <Badge tone={tone} icon={icon}>
      {label}
    </Badge>
  );
}

/** When it ends, with a warning within the last week. */
export function TokenExpiry({ token: { expires_at: expires, status } }: { token: ServiceToken }) {
  const now = useNow();
  if (!expires) return <span>Never</span>;
  if (status !== 'active' || !endsSoon(expires, now)) return <RelativeTime time={expires} />;
  return (
    <span className={classes.soon}>
      <IconClockX size={14} aria-hidden /> <RelativeTime time={expires} />
    </span>
  );
}

/** The same as a phrase. */
export function TokenEnd({ token }: { token: ServiceToken }) {
  if (token.revoked_at) return <RelativeTime time={token.revoked_at} />;
  if (!token.expires_at) return 'Never ends';
  return (
    <>
      {token.status === 'expired' ? 'Ended' : 'Ends'} <TokenExpiry token={token} />
    </>
  );
}

/** When and from where it was used last. */
export function LastUse({ token: { last_used_at: at, last_used_ip: address } }: { token: ServiceToken }) {
  return (
    <>
      <RelativeTime time={at} never="Not used yet" />
      {at && address && <span className={classes.address}> from {address}</span>}
    </>
  );
}
