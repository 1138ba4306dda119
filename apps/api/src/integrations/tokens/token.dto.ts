import {
  BooleanField,
  ChoiceField,
  DateField,
  IntegerField,
  ShapeField,
  TextField,
  TextsField,
  UuidField,
} from '../../common/fields.js';
import { CursorQuery } from '../../common/pagination.js';
import { TOKEN_STATUS_MEANING, TOKEN_STATUSES } from './token-status.js';

export class TokenErrorDto {
  @TextField({ nullable: true, example: 'invalid_grant', description: 'What the provider called it.' })
  code: string | null;
  @TextField({ example: 'auth', description: 'The kind of failure.' }) kind: string;
  @TextField({ example: 'Slack no longer accepts the refresh token.' }) reason: string;
  @TextField({
    example: 'Open the integration in Latchkey and press “Authorise again”; its settings are kept.',
  })
  hint: string;
  @DateField() at: Date;
}

export class TokenAccountDto {
  @TextField({ nullable: true, example: 'T0123456789' }) id: string | null;
  @TextField({ nullable: true, example: 'Acme' }) name: string | null;
}

export class TokenHealthDto {
  @ChoiceField([...TOKEN_STATUSES, 'refreshing'], {
    description: `${TOKEN_STATUS_MEANING} \`refreshing\`: another is being fetched at this moment.`,
  })
  status: string;
  @TextField({ nullable: true, example: 'active', description: 'Of the stored credential.' }) state:
    string | null;
  @DateField({ nullable: true }) expires_at: Date | null;
  @DateField({ nullable: true }) last_refreshed_at: Date | null;
  @DateField({ nullable: true, description: 'When the schedule refreshes it.' }) next_refresh_at: Date | null;
  @BooleanField({ description: 'Another can be had without a person at the provider.' }) refreshable: boolean;
  @IntegerField({ example: 0, description: 'In a row.' }) refresh_failures: number;
  @ShapeField(() => TokenErrorDto, { nullable: true }) last_error: TokenErrorDto | null;
  @TextsField({ example: ['repo', 'read:org'] }) scopes_asked: string[];
  @TextsField({ nullable: true, description: '`null`: the provider did not say.' }) scopes_granted:
    string[] | null;
  @ShapeField(() => TokenAccountDto, { nullable: true, description: 'Whom it speaks for at the provider.' })
  account: TokenAccountDto | null;
  @DateField({ nullable: true }) connected_at: Date | null;
  @ChoiceField(['installation', 'own'], {
    nullable: true,
    description: 'Whose OAuth client asks for it.',
  })
  client: string | null;
}

export class TokenHistoryQuery extends CursorQuery {}

export class TokenEventDto {
  @UuidField() id: string;
  @DateField() at: Date;
  @ChoiceField(['connected', 'refreshed', 'refresh_failed', 'refused', 'revoked']) kind: string;
  @ChoiceField(['schedule', 'use', 'refusal', 'person', 'recovery'], {
    description:
      'Why it happened: the schedule, a call that needed a token, a refusal by the service, a person, recovery after ' +
      'a failed check.',
  })
  cause: string;
  @TextField({ example: 'The token was refreshed' }) message: string;
  @TextField({ nullable: true, example: 'invalid_grant' }) error_code: string | null;
  @IntegerField({ nullable: true, example: 245 }) duration_ms: number | null;
  @DateField({ nullable: true, description: 'The end of the token it was about.' }) expires_at: Date | null;
}
