import { Button, Group, Stack, Text } from '@mantine/core';
import { IconCheck, IconX } from '@tabler/icons-react';
import { useState } from 'react';
import { Tag } from '../../../../components/Badge';
import { Panel } from '../../../../components/Panel';
import type { Integration, IntegrationType, TokenHealth } from '../../api/types';
import { ConnectButton } from '../connect/ConnectButton';
import { type OAuthWay, providerName, scopesFrom } from '../connect/oauth-way';
import { ScopeList } from '../connect/ScopeList';
import { may } from '../may';
import { withheld } from '../token-words';
import classes from './ScopesPanel.module.css';

interface ScopesPanelProps {
  integration: Integration;
  type: IntegrationType;
  way: OAuthWay;
  health: TokenHealth;
}

/** What Latchkey asked to be allowed, what it was granted, and a way to ask for something else. */
export function ScopesPanel({ integration, type, way, health }: ScopesPanelProps) {
  const [choosing, setChoosing] = useState(false);
  const [chosen, setChosen] = useState<string[] | undefined>();
  const provider = providerName(type);
  const offered = way.oauth.scopes;
  const asked = health.scopes_asked;
  if (offered.length === 0 && asked.length === 0) return null;
  const current = chosen ?? (asked.length > 0 ? asked : undefined);
  const ticked = scopesFrom(offered, current);
  const changeable = offered.length > 0 && may(integration, 'credentials:update');
  return (
    <Panel
      title="Permissions"
      description={
        health.scopes_granted === null && health.connected_at !== null
          ? `What Latchkey asked for; ${provider} does not say what it granted.`
          : 'What Latchkey asked for, and what was granted.'
      }
      actions={
        changeable &&
        !choosing && (
          <Button size="xs" variant="default" onClick={() => setChoosing(true)}>
            Ask for others
          </Button>
        )
      }
    >
      {choosing ? (
        <Stack gap="md" maw="var(--lk-form-width)">
          <ScopeList provider={provider} scopes={offered} value={current} onChange={setChosen} />
          <Group>
            {ticked.length > 0 && (
              <ConnectButton integration={integration} type={type} scopes={ticked}>
                Authorise with these
              </ConnectButton>
            )}
            <Button size="xs" variant="default" onClick={() => setChoosing(false)}>
              Cancel
            </Button>
          </Group>
        </Stack>
      ) : (
        <Granted health={health} way={way} />
      )}
    </Panel>
  );
}

function Granted({ health, way }: { health: TokenHealth; way: OAuthWay }) {
  const missing = withheld(health);
  const extra = (health.scopes_granted ?? []).filter((scope) => !health.scopes_asked.includes(scope));
  const all = [...health.scopes_asked, ...extra];
  if (all.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        Nothing has been asked for yet.
      </Text>
    );
  }
  return (
    <ul className={classes.scopes}>
      {all.map((scope) => {
        const allows = way.oauth.scopes.find(({ name }) => name === scope)?.allows;
        const gone = missing.includes(scope);
        const Icon = gone ? IconX : IconCheck;
        return (
          <li key={scope} data-missing={gone || undefined}>
            <Icon size={14} aria-hidden />
            <span>
              {allows ?? scope} {allows && <Tag mono>{scope}</Tag>}
              {gone && <strong> Not granted</strong>}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
