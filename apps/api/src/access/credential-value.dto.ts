import { ChoiceField, DateField, ObjectField, ShapesField, TextField, UuidField } from '../common/fields.js';
import { SelectedResourceDto } from '../integrations/integration.dto.js';

export class CredentialValueDto {
  @UuidField() integration_id: string;
  @TextField({ example: 'github' }) integration_type_id: string;
  @TextField({ example: 'api_token' }) credential_type: string;
  @TextField({ example: 'access_token' }) auth_mode: string;
  @ChoiceField(['pending', 'active', 'error'], {
    description: 'State of the integration. A pending or broken one is served too: it may work for you.',
  })
  status: string;
  @ObjectField({
    description:
      'The fields of the credential; for one that is exchanged for a short-lived token, that token and what goes with it.',
    example: { access_token: 'the-token' },
  })
  values: Record<string, unknown>;
  @DateField({
    nullable: true,
    description: 'Ask again after this time; null when it does not end by itself.',
  })
  expires_at: Date | null;
  @ShapesField(() => SelectedResourceDto, {
    description: 'What of the account the integration is for, such as projects; empty for all of it.',
  })
  selected_resources: SelectedResourceDto[];
}
