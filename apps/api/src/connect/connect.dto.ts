import { ChoiceField, DateField, TextField, TextsField } from '../common/fields.js';

export class InitiateDto {
  @TextsField({
    optional: true,
    description:
      'Scopes of the type to ask for; those without which it is of no use are added. Left out: those of last time, ' +
      'else the usual ones.',
    example: ['repo', 'read:org'],
  })
  scopes?: string[];
  @ChoiceField(['popup', 'page'], {
    optional: true,
    description: 'Where the provider is opened: the page at the end behaves accordingly. Default page.',
  })
  display?: 'popup' | 'page';
}

export class StartedFlowDto {
  @TextField({
    max: 8192,
    description: 'Where to send the browser that got the cookie of this answer.',
    example: 'https://github.com/login/oauth/authorize?client_id=…&state=…',
  })
  authorization_url: string;
  @DateField() expires_at: Date;
}
