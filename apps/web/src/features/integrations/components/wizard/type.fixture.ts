import type { JsonSchema } from '../../../../components/schema-form/json-schema';
import { type IntegrationType, toIntegrationType } from '../../api/types';

const mode = (id: string, credential_type: string) => ({
  id,
  title: id,
  description: '',
  credential_type,
  steps: [],
  requires_config: [],
  link: null,
  example_path: null,
  flow: 'form' as const,
  oauth: null,
});

const branch = (
  id: string,
  credentialType: string,
  required: string[],
  properties: JsonSchema['properties'],
) => ({
  type: 'object',
  additionalProperties: false,
  required: ['credential_type', ...required],
  properties: {
    auth_mode: { type: 'string', const: id },
    credential_type: { type: 'string', const: credentialType },
    ...properties,
  },
});

/** A type with two ways to authenticate, as the API sends one. */
export const argo: IntegrationType = toIntegrationType({
  id: 'argo',
  name: 'Argo',
  description: '',
  category: 'ci_cd',
  tags: [],
  logo_url: '/api/v1/integration-types/argo/logo',
  documentation_url: 'https://argo.example',
  config_schema: {
    type: 'object',
    additionalProperties: false,
    required: ['server_url'],
    properties: { server_url: { type: 'string' }, legacy_key: { type: 'string', writeOnly: true } },
  },
  credential_schema: {
    type: 'object',
    oneOf: [
      branch('token', 'api_token', ['token'], { token: { type: 'string', writeOnly: true } }),
      branch('basic', 'basic', ['username', 'password'], {
        username: { type: 'string' },
        password: { type: 'string', writeOnly: true },
      }),
    ],
  },
  ui_schema: { config: {}, credentials: {} },
  auth_modes: [mode('token', 'api_token'), mode('basic', 'basic')],
  capabilities: ['test', 'health'],
  is_active: true,
});
