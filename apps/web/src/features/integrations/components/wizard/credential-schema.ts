import { type JsonSchema, withoutProperties } from '../../../../components/schema-form/json-schema';
import type { FormValues } from '../../../../components/schema-form/json-schema';
import type { IntegrationType } from '../../api/types';
import type { CredentialValues } from '../../api/test-integration';

/** What tells one way to authenticate from another: filled in by the program. */
const DISCRIMINATORS = ['auth_mode', 'credential_type'];

/** The fields of one way to authenticate, without the two that say which way it is. */
export function credentialSchemaOf(type: IntegrationType, authMode: string): JsonSchema {
  const branch = type.credential_schema.oneOf?.find(({ properties }) => {
    const mode = properties?.auth_mode;
    return typeof mode === 'object' && mode.const === authMode;
  });
  return branch ? withoutProperties(branch, DISCRIMINATORS) : {};
}

/** The client is brought here: the word that it may be left out holds elsewhere. */
function withClient(schema: JsonSchema): JsonSchema {
  const { client_id: client } = schema.properties ?? {};
  const described = typeof client === 'object' && {
    client_id: { ...client, description: 'Of the OAuth client that you registered.' },
  };
  return {
    ...schema,
    properties: { ...schema.properties, ...described },
    required: [...new Set([...(schema.required ?? []), 'client_id'])],
  };
}

/** What a person is asked for: what belongs to a client only where the organisation brings one. */
export function credentialFormOf(
  type: IntegrationType,
  { authMode, ownClient }: { authMode: string; ownClient?: boolean },
): JsonSchema {
  const schema = credentialSchemaOf(type, authMode);
  const oauth = type.auth_modes.find(({ id }) => id === authMode)?.oauth;
  if (!oauth) return schema;
  const required = schema.required ?? [];
  if (oauth.client === 'own' || ownClient) return withClient(schema);
  const optional = Object.keys(schema.properties ?? {}).filter((name) => !required.includes(name));
  return withoutProperties(schema, optional);
}

export function credentialValues(
  type: IntegrationType,
  authMode: string,
  values: FormValues,
): CredentialValues {
  const mode = type.auth_modes.find(({ id }) => id === authMode);
  return { ...values, auth_mode: authMode, credential_type: mode?.credential_type ?? '' };
}

/** Whether every required field has a value; secrets do not outlive a reload. */
export function isComplete(schema: JsonSchema, values: FormValues): boolean {
  return (schema.required ?? []).every((name) => values[name] !== undefined);
}
