import { Group, Stack, Text } from '@mantine/core';
import { Badge } from '../../../../components/Badge';
import { Facts } from '../../../../components/Facts';
import { Notice } from '../../../../components/Notice';
import { Panel } from '../../../../components/Panel';
import { RelativeTime } from '../../../../components/RelativeTime';
import type { Integration, IntegrationType, TokenHealth } from '../../api/types';
import type { OAuthWay } from '../connect/oauth-way';
import { meaningOf, tokenWords } from '../token-words';
import { factsOf } from './token-facts';
import { TokenActions } from './TokenActions';
import { tokenIcons } from './token-icons';

interface TokenPanelProps {
  integration: Integration;
  type: IntegrationType | undefined;
  way: OAuthWay | undefined;
  health: TokenHealth;
}

/** The state of the token, when it ends and is renewed, and what can be done about it. */
export function TokenPanel({ integration, type, way, health }: TokenPanelProps) {
  const { label, tone } = tokenWords(health.status);
  // Where somebody has to authorise again, the notice above says why.
  const { last_error: failure, refresh_failures: failures } = health;
  return (
    <Panel
      title="Token"
      actions={<TokenActions integration={integration} type={type} way={way} health={health} />}
    >
      <Stack gap="md">
        <Group gap="sm">
          <Badge tone={tone} icon={tokenIcons[health.status]} spinning={health.status === 'refreshing'}>
            {label}
          </Badge>
          <Text size="sm" c="dimmed">
            {meaningOf(health)}
          </Text>
        </Group>
        {failure && integration.status !== 'needs_reauth' && (
          <Notice tone="warn" title={failure.reason}>
            {failure.hint && <div>{failure.hint}</div>}
            <div>
              <RelativeTime time={failure.at} />
              {failures > 1 && `, ${failures} attempts in a row`}.
            </div>
          </Notice>
        )}
        <Facts facts={factsOf(health, way !== undefined)} />
      </Stack>
    </Panel>
  );
}
