import { BooleanField, DateField, IntegerField, ShapeField, TextField } from '../common/fields.js';

/** A GitHub login: letters, digits and single hyphens; enterprise-managed ones have an underscore. */
const LOGIN = {
  expression: /^[A-Za-z0-9](?:[A-Za-z0-9]|[-_](?=[A-Za-z0-9]))*$/,
  wants: 'must be the login of a GitHub organisation: letters, digits and hyphens',
};

export class GitHubHookDto {
  @BooleanField()
  ok: boolean;

  @TextField({ nullable: true, description: 'The address that GitHub has.' })
  url: string | null;

  @DateField()
  checked_at: string;

  @TextField({ nullable: true, description: 'What is wrong, and what to do.' })
  problem: string | null;
}

export class GitHubAppDto {
  @TextField({ description: 'Its id; `installation` for the App of the whole installation.' })
  id: string;

  @TextField({ example: 'Latchkey of Octo Org' })
  name: string;

  @TextField({ example: 'latchkey-octo-org' })
  slug: string;

  @TextField({ example: 'https://github.com/apps/latchkey-octo-org' })
  html_url: string;

  @TextField({ example: 'https://github.com' })
  web_url: string;

  @TextField({ example: 'https://api.github.com' })
  api_url: string;

  @TextField({ nullable: true, example: 'octo-org' })
  owner: string | null;

  @ShapeField(() => GitHubHookDto, {
    nullable: true,
    description: 'How its webhook does; null before it was looked at.',
  })
  hook: GitHubHookDto | null;

  @IntegerField({ description: 'How many integrations of this organisation use it.' })
  installations: number;
}

export class StartManifestDto {
  @TextField({
    optional: true,
    min: 1,
    max: 34,
    description:
      'The App’s name; it can be changed on GitHub. Default: Latchkey and the name of the organisation.',
    pattern: { expression: /^(?=.*\S)\P{Cc}*$/u, wants: 'must be one line of text that is not blank' },
  })
  name?: string;

  @TextField({
    optional: true,
    max: 100,
    description: 'The GitHub organisation that owns the App. Default: the person who makes it.',
    pattern: LOGIN,
  })
  organization?: string;

  @TextField({
    optional: true,
    max: 255,
    format: 'uri',
    description: 'The address of a GitHub Enterprise Server. Default: https://github.com.',
  })
  web_url?: string;
}

export class StartInstallDto {
  @TextField({
    optional: true,
    max: 50,
    description:
      'Which App; `installation` for that of the whole installation. Default: the newest of the organisation.',
  })
  app_id?: string;
}

export class ClaimInstallationDto {
  @TextField({
    min: 1,
    max: 20,
    example: '12345678',
    description: 'The installation’s number on GitHub.',
    pattern: { expression: /^[0-9]+$/, wants: 'must be a number' },
  })
  installation_id: string;

  @TextField({ optional: true, max: 50, description: 'Which App, as in POST /github-app/install.' })
  app_id?: string;
}

/** Where the browser goes next. */
export class FlowStartDto {
  @TextField({ format: 'uri' })
  authorization_url: string;

  @DateField()
  expires_at: Date;
}
