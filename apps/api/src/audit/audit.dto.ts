import {
  BooleanField,
  DateField,
  IntegerField,
  ObjectField,
  TextField,
  UuidField,
} from '../common/fields.js';
import { CursorQuery } from '../common/pagination.js';

export class AuditQuery extends CursorQuery {
  @TextField({ optional: true, max: 100, example: 'integration.created' })
  action?: string;
}

export class AuditLogDto {
  @UuidField() id: string;
  @IntegerField({ description: 'Its place in the chain of the organisation.' }) sequence: number;
  @TextField({ example: 'user' }) actor_type: string;
  @UuidField({ nullable: true }) actor_id: string | null;
  @TextField({ nullable: true, example: 'Ada Lovelace' }) actor_name: string | null;
  @TextField({ example: 'integration.created' }) action: string;
  @TextField({ example: 'integration' }) resource_type: string;
  @UuidField({ nullable: true }) resource_id: string | null;
  @TextField({ example: 'success' }) outcome: string;
  @TextField({ nullable: true }) ip: string | null;
  @TextField({ nullable: true }) user_agent: string | null;
  @TextField({ nullable: true }) request_id: string | null;
  @ObjectField() metadata: Record<string, unknown>;
  @TextField({ description: 'SHA-256 of this row and the one before, in hexadecimal.' }) hash: string;
  @DateField() created_at: Date;
}

export class AuditVerificationDto {
  @BooleanField() valid: boolean;
  @IntegerField({ description: 'Rows that fit.' }) rows: number;
  @IntegerField({ nullable: true }) first_broken_sequence: number | null;
}
