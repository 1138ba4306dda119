import { BooleanField, ChoiceField, ShapeField, TextField } from '../common/fields.js';

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
