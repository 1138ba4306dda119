import { ChoiceField, DateField, TextField, UuidField } from '../common/fields.js';
import { CursorQuery } from '../common/pagination.js';

export const KINDS = ['integration.failed', 'integration.recovered', 'integration.needs_reauth'] as const;
export type NotificationKind = (typeof KINDS)[number];

export class NotificationsQuery extends CursorQuery {
  @ChoiceField(['true', 'false'], { optional: true, description: '`true` leaves out what was read.' })
  unread?: string;
}

export class NotificationDto {
  @UuidField() id: string;
  @ChoiceField(KINDS) kind: string;
  @TextField({ example: 'Production ArgoCD is broken' }) title: string;
  @TextField({ example: 'Invalid authentication token. Replace the token in the settings.' }) message: string;
  @UuidField({ nullable: true }) integration_id: string | null;
  @DateField({ nullable: true }) read_at: Date | null;
  @DateField() created_at: Date;
}
