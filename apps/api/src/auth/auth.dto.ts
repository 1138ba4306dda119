import {
  BooleanField,
  DateField,
  EmailField,
  IntegerField,
  NameField,
  ShapeField,
  ShapesField,
  TextField,
  TextsField,
  UuidField,
} from '../common/fields.js';

export class RegisterDto {
  @EmailField() email: string;
  @TextField({
    max: 1000,
    description: '12 to 72 bytes.',
    example: 'correct horse battery staple',
    format: 'password',
  })
  password: string;
  @NameField({ example: 'Ada Lovelace' }) full_name: string;
  @NameField({
    optional: true,
    example: 'Acme Corp',
    description: 'Makes an organisation and its first admin.',
  })
  organization_name?: string;
}

export class LoginDto {
  @EmailField() email: string;
  @TextField({ min: 1, max: 1000, example: 'correct horse battery staple', format: 'password' })
  password: string;
}

export class RefreshDto {
  @TextField({
    optional: true,
    max: 200,
    description: 'Left out in browser mode, where it travels in a cookie.',
  })
  refresh_token?: string;
}

export class TokensDto {
  @TextField({ description: 'A JWT; goes into Authorization: Bearer.' }) access_token: string;
  @TextField({ optional: true, description: 'Absent in browser mode.' }) refresh_token?: string;
  @IntegerField({ example: 3600, description: 'Seconds the access token lives.' }) expires_in: number;
}

export class OrganizationDto {
  @UuidField() id: string;
  @TextField({ example: 'Acme Corp' }) name: string;
  @TextField({ example: 'acme-corp' }) slug: string;
}

export class MembershipDto extends OrganizationDto {
  @TextField({ example: 'org_admin' }) role: string;
}

export class UserDto {
  @UuidField() id: string;
  @EmailField() email: string;
  @TextField({ example: 'Ada Lovelace' }) full_name: string;
  @TextField({ nullable: true }) avatar_url: string | null;
  @TextField({ nullable: true, example: 'org_admin', description: 'In the active organisation.' }) role:
    string | null;
  @BooleanField() is_super_admin: boolean;
  @BooleanField() email_verified: boolean;
  @UuidField({ nullable: true }) organization_id: string | null;
  @ShapeField(() => OrganizationDto, { nullable: true }) organization: OrganizationDto | null;
  @ShapesField(() => MembershipDto) organizations: MembershipDto[];
  @TextsField({ example: ['integrations:read'] }) permissions: string[];
  @DateField() created_at: Date;
}
