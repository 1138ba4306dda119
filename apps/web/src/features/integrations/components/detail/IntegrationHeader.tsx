import { Title, Tooltip, UnstyledButton } from '@mantine/core';
import { IconRefresh, IconShieldOff } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { GatedButton } from '../../../../components/GatedButton';
import { humanize } from '../../../../lib/format';
import type { Integration } from '../../api/types';
import { may } from '../may';
import { StatusBadge } from '../StatusBadge';
import { TypeLogo } from '../TypeLogo';
import classes from './IntegrationHeader.module.css';

interface IntegrationHeaderProps {
  integration: Integration;
  typeName: string;
  testing: boolean;
  onTest: () => void;
}

export function IntegrationHeader({ integration, typeName, testing, onTest }: IntegrationHeaderProps) {
  const disabled = integration.status === 'disabled';
  const unauthorized = integration.token_status === 'unauthorized';
  const reason = disabled
    ? 'Enable the integration to test it.'
    : unauthorized
      ? 'There is nothing to test until somebody has authorised it.'
      : 'Your role cannot test integrations.';
  return (
    <div className={classes.header}>
      <TypeLogo typeId={integration.integration_type_id} size={44} />
      <div>
        <div className={classes.titleLine}>
          <Title order={1} className={classes.title}>
            {integration.name}
          </Title>
          <StatusBadge integration={integration} />
          {integration.config.tls_verify === false && <TlsWarning />}
        </div>
        <div className={classes.sub}>
          {typeName} · {humanize(integration.category)}
          {integration.description && ` · ${integration.description}`}
        </div>
      </div>
      <div className={classes.actions}>
        <GatedButton
          allowed={may(integration, 'integrations:test') && !disabled && !unauthorized}
          reason={reason}
          leftSection={<IconRefresh size={16} aria-hidden />}
          variant="default"
          loading={testing}
          onClick={onTest}
        >
          Test now
        </GatedButton>
      </div>
    </div>
  );
}

function TlsWarning() {
  const navigate = useNavigate({ from: '/integrations/$integrationId' });
  return (
    <Tooltip label="Whoever sits between here and the service can read the credentials. Press to change it in the settings.">
      <UnstyledButton
        className={classes.warning}
        onClick={() => void navigate({ search: { tab: 'settings' } })}
      >
        <IconShieldOff size={14} aria-hidden />
        TLS not verified
      </UnstyledButton>
    </Tooltip>
  );
}
