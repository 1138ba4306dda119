import {
  BooleanField,
  ChoiceField,
  IntegerField,
  ShapeField,
  ShapesField,
  TextField,
} from '../common/fields.js';

export class KeyPlaceDto {
  @TextField({ example: 'file' }) store: string;
  @TextField({ example: '/srv/latchkey/.latchkey/keys/root.key' }) location: string;
  @TextField({ example: '9f86d081884c7d65', description: 'Names the key and tells nothing of it.' })
  fingerprint: string;
}

export class InstallationDto {
  @BooleanField({ description: 'True once the first account exists.' }) initialized: boolean;
  @ChoiceField(['open', 'invite', 'closed']) registration: string;
  @TextField({ example: '0.1.0' }) version: string;
  @ShapeField(() => KeyPlaceDto, { nullable: true }) key: KeyPlaceDto | null;
}

export class OrganizationKeysDto {
  @IntegerField({ example: 1 }) version: number;
  @TextField({ example: 'active' }) state: string;
  @IntegerField({ example: 3, description: 'Organisations that hold one.' }) count: number;
}

export class KeysDto extends KeyPlaceDto {
  @ShapesField(() => OrganizationKeysDto) organization_keys: OrganizationKeysDto[];
}
