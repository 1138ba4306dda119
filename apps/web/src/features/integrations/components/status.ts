import type { Tone } from '../../../components/Notice';
import type { IntegrationStatus } from '../api/types';

export const statusLabels: Record<IntegrationStatus, string> = {
  active: 'Active',
  error: 'Broken',
  needs_reauth: 'Not authorised',
  pending: 'Checking',
  disabled: 'Disabled',
};

export const statusTones: Record<IntegrationStatus, Tone> = {
  active: 'ok',
  error: 'bad',
  needs_reauth: 'warn',
  pending: 'idle',
  disabled: 'idle',
};
