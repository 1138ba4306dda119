import { Injectable } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { CatalogueService } from '../catalogue/catalogue.service.js';
import type { SystemActor } from '../common/actor.js';
import { newId } from '../common/new-id.js';
import { requestValidation } from '../common/validation.js';
import { CheckSchedule } from './checks/check-schedule.js';
import { CreateIntegrationDto } from './integration.dto.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationStore, type NewIntegration } from './integration-store.js';
import { IntegrationsRepository } from './integrations.repository.js';
import { arrange, type ForeignIntegration } from './foreign-fields.js';
import { newIntegration } from './new-integration.js';

export type ImportOutcome = 'created' | 'valid' | 'skipped';

/** Another import made it a moment ago. */
class NameTakenError extends Error {}

/**
 * Integrations from another system, by the command line. They are held against the manifest like what people send and
 * are made `pending`, so that the watch tests them.
 */
@Injectable()
export class IntegrationImportService {
  private readonly validation = requestValidation();

  constructor(
    private readonly catalogue: CatalogueService,
    private readonly input: IntegrationInput,
    private readonly repository: IntegrationsRepository,
    private readonly store: IntegrationStore,
    private readonly schedule: CheckSchedule,
  ) {}

  /**
   * @param dryRun looks and makes nothing.
   * @returns `skipped` when the organisation has one of this type and name.
   * @throws AppError VALIDATION_FAILED
   */
  async import(
    actor: SystemActor,
    organizationId: string,
    foreign: ForeignIntegration,
    dryRun: boolean,
  ): Promise<ImportOutcome> {
    const manifest = this.catalogue.require(foreign.integration_type_id);
    const dto = await this.validated(arrange(manifest, foreign));
    const connection = this.input.connection(dto);
    if (await this.repository.existsNamed(organizationId, manifest.id, dto.name.trim())) return 'skipped';
    if (dryRun) return 'valid';
    const owner = { organizationId, id: newId(), createdBy: null };
    const made = newIntegration(owner, dto, connection, this.schedule);
    return this.create(actor, made);
  }

  /** Another import of the same rows may be under way: of two that ask for a name the second finds it taken. */
  private async create(actor: SystemActor, made: NewIntegration): Promise<ImportOutcome> {
    const { organizationId, integrationTypeId, name } = made.integration;
    try {
      await this.store.create(actor, made, async (manager) => {
        if (!(await this.repository.claimName(manager, organizationId, integrationTypeId, name)))
          throw new NameTakenError();
      });
      return 'created';
    } catch (error) {
      if (error instanceof NameTakenError) return 'skipped';
      throw error;
    }
  }

  private validated(value: object): Promise<CreateIntegrationDto> {
    return this.validation.transform(plainToInstance(Object, value), {
      type: 'body',
      metatype: CreateIntegrationDto,
    }) as Promise<CreateIntegrationDto>;
  }
}
