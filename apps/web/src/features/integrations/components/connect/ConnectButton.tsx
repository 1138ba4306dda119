import { GatedButton } from '../../../../components/GatedButton';
import type { Integration, IntegrationType } from '../../api/types';
import { may } from '../may';
import { providerName } from './oauth-way';
import { useConnect } from './use-connect';

interface ConnectButtonProps {
  integration: Integration;
  type: IntegrationType;
  variant?: 'filled' | 'default';
  /** Left out: those of last time. */
  scopes?: string[];
  children?: string;
}

/** Begins the consent anew: the settings, the name and the id stay as they are. */
export function ConnectButton({
  integration,
  type,
  variant = 'filled',
  scopes,
  children,
}: ConnectButtonProps) {
  const { state, begin, leaving } = useConnect(integration.id, type.name);
  const fresh = integration.token_status === 'unauthorized';
  const disabled = integration.status === 'disabled';
  return (
    <GatedButton
      allowed={may(integration, 'credentials:update') && !disabled}
      reason={
        disabled
          ? 'Enable the integration first.'
          : 'Your role cannot change the credentials of this integration.'
      }
      size="xs"
      variant={variant}
      loading={state?.phase === 'opening' || leaving}
      onClick={() => begin(scopes)}
    >
      {children ?? (fresh ? `Connect with ${providerName(type)}` : 'Authorise again')}
    </GatedButton>
  );
}
