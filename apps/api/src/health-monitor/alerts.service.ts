import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DueIntegrations } from '../integrations/checks/due-integrations.js';
import { CHANGED_QUEUE, type IntegrationChanged } from '../integrations/integration-events.js';
import { JobQueue } from '../jobs/job-queue.js';
import { AdminAlertsService } from '../notifications/admin-alerts.service.js';

const sentences = (...texts: (string | undefined)[]): string =>
  texts
    .filter((text) => text !== undefined && text !== '')
    .map((text) => (/[.!?]$/.test(text!) ? text : `${text}.`))
    .join(' ');

/** Tells the admins of an organisation that a connection broke, must be authorised again, or works again. */
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
    await this.admins.notifyAdmins(event.organization_id, {
      eventId: event.event_id,
      kind: `integration.${event.change}`,
      integrationId: integration.id,
      ...textOf(event, integration.name),
    });
  }
}

function textOf({ change, reason, hint }: IntegrationChanged, name: string) {
  switch (change) {
    case 'failed':
      return { title: `${name} is broken`, message: sentences(reason, hint) };
    case 'needs_reauth':
      return {
        title: `${name} must be authorised again`,
        message: sentences(reason, hint ?? 'Open the integration and press “Authorise again”'),
      };
    case 'recovered':
      return {
        title: `${name} works again`,
        message: 'The last check succeeded; nothing needs to be done.',
      };
  }
}
