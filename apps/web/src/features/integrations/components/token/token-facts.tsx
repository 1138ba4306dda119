import type { Fact } from '../../../../components/Facts';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatExact } from '../../../../lib/format';
import type { TokenHealth } from '../../api/types';

/** `in 3 hours`, with the exact time below it. */
function When({ time, never, due }: { time: string | null; never: string; due?: string }) {
  return (
    <>
      <RelativeTime time={time} never={never} due={due} />
      {time && (
        <div style={{ color: 'var(--mantine-color-dimmed)', fontWeight: 400 }}>
          <small>{formatExact(time)}</small>
        </div>
      )}
    </>
  );
}

function nextRefresh({ refreshable, status, next_refresh_at: next }: TokenHealth) {
  if (!refreshable) return status === 'unauthorized' ? '–' : 'Not needed or not possible';
  return <When time={next} never="When it is used next" due="Due now" />;
}

/** What is known of a token. @param byConsent somebody agreed to it at the service */
export function factsOf(health: TokenHealth, byConsent: boolean): Fact[] {
  const { account, client } = health;
  return [
    { label: 'Expires', value: <When time={health.expires_at} never="No known end" />, wide: true },
    { label: 'Next renewal', value: nextRefresh(health), wide: true },
    { label: 'Last renewed', value: <When time={health.last_refreshed_at} never="Not yet" />, wide: true },
    { label: 'Failed in a row', value: health.refresh_failures.toLocaleString('en') },
    ...(byConsent
      ? [
          { label: 'Account', value: account?.name ?? account?.id ?? 'Not told by the service' },
          { label: 'Authorised', value: <RelativeTime time={health.connected_at} never="Not yet" /> },
          {
            label: 'Client',
            value: client === 'own' ? 'Your organisation’s own' : 'That of this installation',
            wide: true,
          },
        ]
      : []),
  ];
}
