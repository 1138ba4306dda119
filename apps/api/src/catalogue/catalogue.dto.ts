import {
  BooleanField,
  ChoiceField,
  ObjectField,
  ShapeField,
  ShapesField,
  TextField,
  TextsField,
} from '../common/fields.js';

export class IntegrationTypesQuery {
  @TextField({ optional: true, max: 50, example: 'monitoring' }) category?: string;
  @TextField({ optional: true, max: 100, description: 'Words of the name, description or tags.' }) q?: string;
}

export class OAuthScopeDto {
  @TextField({ example: 'repo' }) name: string;
  @TextField({ description: 'What a person allows with it.' }) allows: string;
  @BooleanField({ description: 'Asked for unless somebody chooses.' }) default: boolean;
  @BooleanField({ description: 'Asked for in any case.' }) required: boolean;
}

export class ClientSetupDto {
  @TextField({ nullable: true, max: 2048 }) link: string | null;
  @TextsField({ description: 'How to register a client at the provider, step by step.' }) steps: string[];
}

export class OAuthModeDto {
  @ChoiceField(['installation', 'own'], {
    description:
      'Whose OAuth client is used: that of the installation, or one that the organisation registers and enters.',
  })
  client: 'installation' | 'own';
  @TextField({
    example: 'https://latchkey.example.com/api/v1/oauth/callback',
    description: 'The redirect URI to register at the provider, to the letter.',
  })
  callback_url: string;
  @ShapesField(() => OAuthScopeDto) scopes: OAuthScopeDto[];
  @ShapeField(() => ClientSetupDto) client_setup: ClientSetupDto;
}

export const FLOWS = ['form', 'oauth', 'github_app'] as const;

export class AuthModeDto {
  @TextField({ example: 'api_token' }) id: string;
  @TextField() title: string;
  @TextField() description: string;
  @TextField({ example: 'api_token' }) credential_type: string;
  @TextsField({ description: 'Where to find the credential, step by step.' }) steps: string[];
  @TextsField({
    description: 'Fields of the configuration that it needs besides those that are always required.',
  })
  requires_config: string[];
  @TextField({ nullable: true }) link: string | null;
  @TextField({
    nullable: true,
    example: '/user',
    description:
      'A path to try through the proxy, which may name fields of the configuration as `{config.name}`; null where the proxy does not work.',
  })
  example_path: string | null;
  @ChoiceField(FLOWS, {
    description:
      'How it is connected: by entering the credential; by an authorisation at the provider once the integration is ' +
      'made; or by installing a GitHub App, which makes the integration itself.',
  })
  flow: (typeof FLOWS)[number];
  @ShapeField(() => OAuthModeDto, { nullable: true }) oauth: OAuthModeDto | null;
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
