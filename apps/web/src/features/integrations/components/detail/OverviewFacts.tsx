import { type Fact, Facts } from '../../../../components/Facts';
import { Identifier } from '../../../../components/Identifier';
import { Panel } from '../../../../components/Panel';
import { RelativeTime } from '../../../../components/RelativeTime';
import { formatMilliseconds, humanize } from '../../../../lib/format';
import type { Integration } from '../../api/types';
import { tokenWords } from '../token-words';
import { CredentialExpiry, expiryLabel } from './CredentialExpiry';

function factsOf(integration: Integration): Fact[] {
  const { response_time_ms: responseTime, token_status: token, token_expires_at: tokenExpiry } = integration;
  return [
    { label: 'Last check', value: <RelativeTime time={integration.last_checked_at} never="Not yet" /> },
    {
      label: 'Next check',
      value: <RelativeTime time={integration.next_check_at} never="Not planned" due="Due now" />,
    },
    { label: 'In this state since', value: <RelativeTime time={integration.status_changed_at} /> },
    { label: 'Response time', value: responseTime === null ? '–' : formatMilliseconds(responseTime) },
    { label: 'Credential', value: humanize(integration.credential_type ?? 'none') },
    ...(token === 'none' && !tokenExpiry ? [] : [{ label: 'Validity', value: tokenWords(token).label }]),
    ...(tokenExpiry && token !== 'revoked'
      ? [
          {
            label: expiryLabel(integration),
            value: <CredentialExpiry expiresAt={tokenExpiry} renewed={renewsItself(integration)} />,
          },
        ]
      : []),
    ...chosenFacts(integration),
    { label: 'Added by', value: integration.created_by?.full_name ?? 'Someone who left' },
    { label: 'Added', value: <RelativeTime time={integration.created_at} /> },
    {
      label: 'Identifier',
      value: <Identifier value={integration.id} label="Copy the identifier" />,
      wide: true,
    },
  ];
}

/** By consent, and in order: what ends within a day and does not renew itself counts as expiring. */
const renewsItself = ({ credential_type: type, token_status: status }: Integration): boolean =>
  type === 'oauth2' && status === 'valid';

/** What of the account is meant, by kind. */
function chosenFacts({ selected_resources: chosen }: Integration): Fact[] {
  const kinds = new Map<string, string[]>();
  for (const { kind, name } of chosen) kinds.set(kind, [...(kinds.get(kind) ?? []), name]);
  return [...kinds].map(([kind, names]) => ({
    label: `Chosen ${humanize(kind).toLowerCase()}`,
    value: names.join(', '),
    wide: true,
  }));
}

export function OverviewFacts({ integration }: { integration: Integration }) {
  return (
    <Panel title="Facts">
      <Facts facts={factsOf(integration)} />
    </Panel>
  );
}
