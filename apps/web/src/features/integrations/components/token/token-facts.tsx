import { Text } from '@mantine/core';
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
        <Text size="xs" c="dimmed" fw={400}>
          {formatExact(time)}
        </Text>
      )}
    </>
  );
}

function nextRenewal({ status, refreshable, next_refresh_at: next }: TokenHealth) {
  if (status === 'revoked' || status === 'unauthorized') return 'Once somebody has authorised it';
  if (!refreshable) return 'The service gives nothing to renew it with';
  return <When time={next} never="When it is used next" due="Due now" />;
}

function expiryOf({ status, expires_at: end }: TokenHealth) {
  // Its end on paper means nothing any more.
  if (status === 'revoked') return 'No longer accepted';
  return <When time={end} never="No known end" />;
}

function renewalFacts(health: TokenHealth): Fact[] {
  const { status, refreshable, last_refreshed_at: last, refresh_failures: failures } = health;
  if (!refreshable && !last) {
    // Of one that was withdrawn it is no longer known whether the service gave something to renew it with.
    return status === 'revoked' ? [] : [{ label: 'Renewal', value: 'Not by Latchkey', wide: true }];
  }
  return [
    {
      label: 'Next renewal',
      value: nextRenewal(health),
      wide: true,
    },
    { label: 'Last renewed', value: <When time={last} never="Not yet" />, wide: true },
    { label: 'Failed in a row', value: failures.toLocaleString('en') },
  ];
}

function consentFacts({ account, connected_at: connectedAt, client }: TokenHealth): Fact[] {
  return [
    { label: 'Account', value: account?.name ?? account?.id ?? 'Not told by the service' },
    { label: 'Authorised', value: <RelativeTime time={connectedAt} never="Not yet" /> },
    {
      label: 'Client',
      value: client === 'own' ? 'Your organisation’s own' : 'That of this installation',
      wide: true,
    },
  ];
}

/** What is known of a token. @param byConsent somebody agreed to it at the service */
export function factsOf(health: TokenHealth, byConsent: boolean): Fact[] {
  return [
    { label: 'Expires', value: expiryOf(health), wide: true },
    ...renewalFacts(health),
    ...(byConsent ? consentFacts(health) : []),
  ];
}
