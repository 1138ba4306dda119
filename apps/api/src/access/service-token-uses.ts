import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Clock } from '../common/clock.js';
import { ServiceTokensRepository, type TokenUse } from './service-tokens.repository.js';

const FLUSH_MS = 5000;

/** When tokens were used last, gathered in memory: a write for each call would cost more than the call. */
@Injectable()
export class ServiceTokenUses implements OnApplicationShutdown {
  private readonly logger = new Logger('ServiceTokens');
  private uses = new Map<string, Map<string, TokenUse>>();
  private flushing: Promise<void> = Promise.resolve();

  constructor(
    private readonly repository: ServiceTokensRepository,
    private readonly clock: Clock,
  ) {}

  add(organizationId: string, id: string, ip: string | null): void {
    let ofOrganization = this.uses.get(organizationId);
    if (!ofOrganization) this.uses.set(organizationId, (ofOrganization = new Map()));
    ofOrganization.set(id, { id, at: this.clock.date(), ip });
  }

  /** Resolves when everything that was gathered so far is written, or told as failed. */
  @Interval(FLUSH_MS)
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  /** Once the last request is answered; the database closes after this module. */
  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  private async write(): Promise<void> {
    const uses = this.uses;
    this.uses = new Map();
    for (const [organizationId, ofOrganization] of uses) {
      try {
        await this.repository.markUsed(organizationId, [...ofOrganization.values()]);
      } catch (error) {
        this.logger.warn(
          `When service tokens were used last could not be written: ${(error as Error).message}`,
        );
      }
    }
  }
}
