import { BooleanField, ObjectField, ShapesField, TextField, TextsField } from '../common/fields.js';

export class IntegrationTypesQuery {
  @TextField({ optional: true, max: 50, example: 'monitoring' }) category?: string;
  @TextField({ optional: true, max: 100, description: 'Words of the name, description or tags.' }) q?: string;
}

export class AuthModeDto {
  @TextField({ example: 'api_token' }) id: string;
  @TextField() title: string;
  @TextField() description: string;
  @TextField({ example: 'api_token' }) credential_type: string;
  @TextsField({ description: 'Where to find the credential, step by step.' }) steps: string[];
  @TextField({ nullable: true }) link: string | null;
  @TextField({
    nullable: true,
    example: '/user',
    description:
      'A path to try through the proxy, which may name fields of the configuration as `{config.name}`; null where the proxy does not work.',
  })
  example_path: string | null;
}

export class IntegrationTypeDto {
  @TextField({ example: 'argocd' }) id: string;
  @TextField({ example: 'Argo CD' }) name: string;
  @TextField() description: string;
  @TextField({ example: 'ci_cd' }) category: string;
  @TextsField() tags: string[];
  @TextField({ example: '/api/v1/integration-types/argocd/logo' }) logo_url: string;
  @TextField() documentation_url: string;
  @ObjectField({ description: 'JSON Schema 2020-12 of `config`.' }) config_schema: Record<string, unknown>;
  @ObjectField({
    description:
      'JSON Schema 2020-12 of `credentials`: a `oneOf` told apart by `auth_mode`; secret fields are `writeOnly`.',
  })
  credential_schema: Record<string, unknown>;
  @ObjectField({ description: 'Order and widgets of the forms, in the words of react-jsonschema-form.' })
  ui_schema: Record<string, unknown>;
  @ShapesField(() => AuthModeDto) auth_modes: AuthModeDto[];
  @TextsField({ example: ['test', 'health'] }) capabilities: string[];
  @BooleanField() is_active: boolean;
}
