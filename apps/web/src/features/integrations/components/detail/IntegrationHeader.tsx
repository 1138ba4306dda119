import { Title, Tooltip } from '@mantine/core';
import { IconRefresh, IconShieldOff } from '@tabler/icons-react';
import { GatedButton } from '../../../../components/GatedButton';
import { humanize } from '../../../../lib/format';
import { useCan } from '../../../../lib/me';
import type { Integration } from '../../api/types';
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
  const can = useCan();
  const disabled = integration.status === 'disabled';
  return (
    <div className={classes.header}>
      <TypeLogo typeId={integration.integration_type_id} size={44} />
      <div>
        <div className={classes.titleLine}>
          <Title order={1} className={classes.title}>
            {integration.name}
          </Title>
          <StatusBadge status={integration.status} />
          {integration.config.tls_verify === false && <TlsWarning />}
        </div>
        <div className={classes.sub}>
          {typeName} · {humanize(integration.category)}
          {integration.description && ` · ${integration.description}`}
        </div>
      </div>
      <div className={classes.actions}>
        <GatedButton
          allowed={can('integrations:test') && !disabled}
          reason={disabled ? 'Enable the integration to test it.' : 'Your role cannot test integrations.'}
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
  return (
    <Tooltip label="The certificate of the service is not verified: whoever sits between can read the credentials. Switch “tls_verify” on in the settings.">
      <span className={classes.warning} tabIndex={0}>
        <IconShieldOff size={14} aria-hidden />
        TLS not verified
      </span>
    </Tooltip>
  );
}
