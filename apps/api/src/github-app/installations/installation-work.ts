import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../common/clock.js';
import { Database } from '../../database/database.js';

/** Time, and transactions of its own. */
@Injectable()
export class InstallationWork {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  now(): Date {
    return this.clock.date();
  }

  within(organizationId: string, work: (manager: EntityManager) => Promise<void>): Promise<void> {
    return this.database.tenant(organizationId, work);
  }
}
