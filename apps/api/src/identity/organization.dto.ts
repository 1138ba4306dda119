import { ChoiceField, DateField, NameField, TextField, UuidField } from '../common/fields.js';
import { AUDIT_OF_READS, type AuditOfReads } from './organization.js';

const AUDIT_OF_READS_TEXT =
  'How reads of credentials by programs are audited: `durable` (on disk before the answer) or `write_behind` ' +
  '(faster; the last moments are lost when the process is killed).';

export class UpdateOrganizationDto {
  @NameField({ optional: true, max: 200, example: 'Acme Corp' }) name?: string;

  @ChoiceField(AUDIT_OF_READS, { optional: true, description: AUDIT_OF_READS_TEXT })
  audit_of_reads?: AuditOfReads;
}

export class OrganizationDetailsDto {
  @UuidField() id: string;
  @TextField({ example: 'Acme Corp' }) name: string;
  @TextField({ example: 'acme-corp' }) slug: string;
  @ChoiceField(AUDIT_OF_READS, { description: AUDIT_OF_READS_TEXT }) audit_of_reads: AuditOfReads;
  @DateField() created_at: Date;
}
