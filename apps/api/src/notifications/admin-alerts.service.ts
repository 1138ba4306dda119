import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Environment } from '../config/environment.js';
import { Database } from '../database/database.js';
import { IdentityService } from '../identity/identity.service.js';
import { MailService } from '../mail/mail.service.js';
import { type NewNotification, NotificationsRepository } from './notifications.repository.js';

/** Tells the admins of an organisation, in the app and by mail. */
@Injectable()
export class AdminAlertsService {
  constructor(
    private readonly repository: NotificationsRepository,
    private readonly identity: IdentityService,
    private readonly mail: MailService,
    private readonly database: Database,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  /** Tells each admin once of each event, however often it is called. */
  async notifyAdmins(organizationId: string, made: NewNotification): Promise<void> {
    const link = new URL(`/integrations/${made.integrationId}`, this.environment.publicUrl).toString();
    await this.database.tenant(organizationId, async (manager) => {
      for (const admin of await this.identity.adminsOf(manager, organizationId)) {
        const isNew = await this.repository.insert(
          manager,
          organizationId,
          admin.user_id,
          this.clock.date(),
          made,
        );
        if (!isNew) continue;
        await this.mail.enqueue(manager, {
          to: admin.email,
          subject: made.title.replace(/\s+/g, ' '),
          text: `${made.title}.\n\n${made.message}\n\n${link}\n`,
          kind: made.kind.replace('.', '-'),
        });
      }
    });
  }
}
