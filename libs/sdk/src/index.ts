export { Latchkey, type BoundIntegration } from './client.js';
export { LatchkeyError, type LatchkeyErrorCode, type LatchkeyErrorDetails } from './errors.js';
export type { LatchkeyOptions } from './options.js';
export type {
  CallOptions,
  Credential,
  CredentialType,
  Integration,
  IntegrationFilters,
  IntegrationSort,
  IntegrationStatus,
  ProxyInit,
  SelectedResource,
  TokenStatus,
} from './types.js';
