import { TextField, UuidField } from './fields.js';

/** Who made something. */
export class CreatorDto {
  @UuidField() id: string;
  @TextField({ example: 'Ada Lovelace' }) full_name: string;
}
