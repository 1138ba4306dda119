export { type ProviderResponse } from './conditions.js';
export { isReservedHeader } from './headers.js';
export { defaultHint } from './hints.js';
export { CatalogueError, loadCatalogue, type Catalogue } from './loader.js';
export {
  DERIVED_FIELDS,
  FAILURE_KINDS,
  type AuthWay,
  type CredentialType,
  type FailureKind,
  type FieldValue,
  type Manifest,
  type OAuth2,
  type OAuthScope,
  type SyncResource,
} from './manifest.js';
export { type FieldErrors } from './messages.js';
export {
  accountCall,
  oauthAddresses,
  oauthSettings,
  revocationCall,
  shownText,
  type OAuthSettings,
  type RevocationCall,
} from './oauth.js';
export { interpret, type FailureOutcome, type Outcome, type SuccessOutcome } from './outcome.js';
export { judgeProxyAnswer, looksIntoBodies, type ProxyVerdict } from './proxy-answer.js';
export { buildProxyRequest, ProxyRefusal, type ProxyRequest, type ProxyTarget } from './proxy-request.js';
export { buildRequests, type ProviderCall, type ProviderRequest, type Purpose } from './request.js';
export {
  choosableResources,
  judgeResourcePage,
  readResourcePage,
  resourceRequest,
  type ResourceItem,
  type ResourcePage,
} from './resources.js';
export {
  authModes,
  capabilities,
  configSchema,
  credentialSchema,
  uiSchema,
  type AuthMode,
  type JsonSchema,
  type UiSchema,
} from './schemas.js';
export { readPath } from './paths.js';
export { ConfigurationError } from './url.js';
export {
  validateConfig,
  validateCredentials,
  type ConfigResult,
  type CredentialsResult,
} from './validate.js';
