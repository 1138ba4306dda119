import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DueIntegrations } from '../integrations/due-integrations.js';
import { CHANGED_QUEUE, type IntegrationChanged } from '../integrations/integration-events.js';
import { JobQueue } from '../jobs/job-queue.js';
import { AdminAlertsService } from '../notifications/admin-alerts.service.js';

const sentences = (...texts: (string | undefined)[]): string =>
  texts
    .filter((text) => text !== undefined && text !== '')
    .map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`))
    .join(' ');

/** Tells the admins of an organisation that a connection broke or works again. */
@Injectable()
export class AlertsService implements OnApplicationBootstrap {
  constructor(
    private readonly jobs: JobQueue,
    private readonly due: DueIntegrations,
    private readonly admins: AdminAlertsService,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.jobs.work<IntegrationChanged>(CHANGED_QUEUE, (event) => this.tell(event));
  }

  private async tell(event: IntegrationChanged): Promise<void> {
    const integration = await this.due.describe(event.organization_id, event.integration_id);
    if (!integration) return;
    const failed = event.change === 'failed';
    await this.admins.notifyAdmins(event.organization_id, {
      eventId: event.event_id,
      kind: failed ? 'integration.failed' : 'integration.recovered',
      integrationId: integration.id,
      title: failed ? `${integration.name} is broken` : `${integration.name} works again`,
      message: failed
        ? sentences(event.reason, event.hint)
        : 'The last check succeeded; nothing needs to be done.',
    });
  }
}
