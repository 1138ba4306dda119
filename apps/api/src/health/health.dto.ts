import { ChoiceField, DateField } from '../common/fields.js';

export class KeyStoreStateDto {
  @ChoiceField(['ok', 'degraded', 'unavailable'], {
    description: '`degraded`: it does not answer, and credentials are opened with keys in memory.',
  })
  status: string;
  @DateField({ nullable: true, description: 'Since when it does not answer.' }) since: Date | null;
  @DateField({ nullable: true, description: 'When the last key in memory ends.' }) usable_until: Date | null;
}
