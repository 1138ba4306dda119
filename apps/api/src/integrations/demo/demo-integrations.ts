import { Injectable } from '@nestjs/common';
import { AuditService } from '../../audit/audit.service.js';
import { CatalogueService } from '../../catalogue/catalogue.service.js';
import type { SystemActor } from '../../common/actor.js';
import { Clock } from '../../common/clock.js';
import { Database } from '../../database/database.js';
import { CredentialsService } from '../../tokens/credentials.service.js';
import { type DemoIntegration, demoIntegration, type DemoType, demoType } from './demo-integration.js';
import { DemoIntegrationsRepository } from './demo-integrations.repository.js';

const BATCH = 500;

/** Many integrations to look at and to measure with, of every type that people enter by hand. */
@Injectable()
export class DemoIntegrations {
  constructor(
    private readonly repository: DemoIntegrationsRepository,
    private readonly credentials: CredentialsService,
    private readonly catalogue: CatalogueService,
    private readonly audit: AuditService,
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /**
   * @param options onBatch: is told how many there are so far. interrupted: what is there by then stays.
   * @returns how many were made.
   */
  async make(
    actor: SystemActor,
    { organizationId, createdBy }: { organizationId: string; createdBy: string },
    count: number,
    { onBatch, interrupted }: { onBatch?: (done: number) => void; interrupted?: AbortSignal } = {},
  ): Promise<number> {
    const types = this.types();
    const now = this.clock.date();
    let done = 0;
    while (done < count) {
      if (interrupted?.aborted) break;
      const size = Math.min(BATCH, count - done);
      const batch = Array.from({ length: size }, (_, place) => {
        const number = done + place;
        return demoIntegration(organizationId, createdBy, types[number % types.length]!, number, now);
      });
      await this.store(organizationId, batch);
      done += size;
      onBatch?.(done);
    }
    await this.audit.recordAlone(organizationId, {
      actor,
      action: 'integration.created',
      resourceType: 'organization',
      resourceId: organizationId,
      outcome: 'success',
      metadata: { demo: true, integrations: done },
    });
    return done;
  }

  private types(): DemoType[] {
    return this.catalogue
      .list({})
      .integration_types.map(({ id }) => demoType(this.catalogue.require(id)))
      .filter((type) => type !== undefined);
  }

  private async store(organizationId: string, batch: DemoIntegration[]): Promise<void> {
    const sealed = await Promise.all(
      batch.map(({ integration: { id }, credentialType, fields }) =>
        this.credentials.seal(organizationId, id, { credentialType, fields, expiresAt: null, proven: true }),
      ),
    );
    await this.database.tenant(organizationId, async (manager) => {
      await this.repository.insert(manager, organizationId, batch);
      await Promise.all(sealed.map((credential) => this.credentials.insert(manager, credential)));
    });
  }
}
