import { Injectable } from '@nestjs/common';
import type { FieldValue } from '@latchkey/catalogue';
import type { EntityManager } from 'typeorm';
import { type Actor, organizationOf } from '../common/actor.js';
import { newId } from '../common/new-id.js';
import { CheckSchedule } from './checks/check-schedule.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationStore } from './integration-store.js';
import { newIntegration } from './new-integration.js';
import { InstalledRenewal, type Renewed } from './credentials/installed-renewal.js';

/** What an installation at the provider brings, instead of a person who fills in a form. */
export interface Installed {
  typeId: string;
  authMode: string;
  name: string;
  config: Record<string, FieldValue>;
  credentials: Record<string, FieldValue>;
}

/** Integrations of ways that nobody can enter: who calls this has proof that the installation is the actor's to connect. */
@Injectable()
export class InstalledIntegrations {
  constructor(
    private readonly input: IntegrationInput,
    private readonly store: IntegrationStore,
    private readonly schedule: CheckSchedule,
    private readonly renewal: InstalledRenewal,
  ) {}

  /**
   * @param also is written with it, after the integration itself
   * @returns its id
   */
  async create(
    actor: Actor,
    { typeId, authMode, name, config, credentials }: Installed,
    also: (manager: EntityManager, id: string) => Promise<void>,
  ): Promise<string> {
    const organizationId = organizationOf(actor);
    const { manifest, way } = this.input.savedType(typeId, authMode);
    const owner = { organizationId, id: newId(), createdBy: actor.userId };
    const dto = { integration_type_id: typeId, name, config, credentials };
    const connection = { manifest, way, config: this.input.config(manifest, way, config), credentials };
    const made = newIntegration(owner, dto, connection, this.schedule);
    await this.store.create(
      actor,
      made,
      async () => undefined,
      (manager) => also(manager, owner.id),
    );
    return owner.id;
  }

  /** The same account again: the integration keeps its id, its name and what belongs to it. */
  renew(
    actor: Actor,
    id: string,
    installed: Renewed,
    also: (manager: EntityManager) => Promise<void>,
  ): Promise<void> {
    return this.renewal.renew(actor, id, installed, also);
  }
}
