import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/app-error.js';
import { Environment } from '../../config/environment.js';
import { type Landing, landingUrl } from '../../connect/landing.js';

type Flow = Exclude<Landing['flow'], 'connect'>;

export interface FlowOutcome {
  outcome: 'connected' | 'pending';
  integrationId?: string;
}

/** Where browsers land when a flow ends; it always ends on a page of the web app, and never in a bare error. */
@Injectable()
export class FlowLanding {
  private readonly logger = new Logger('GitHubApp');

  constructor(private readonly environment: Environment) {}

  /** @param work what is left to do, or where the browser has to go before. */
  async of(flow: Flow, work: () => Promise<FlowOutcome | { continueAt: string }>): Promise<string> {
    try {
      const result = await work();
      if ('continueAt' in result) return result.continueAt;
      return this.url(flow, { outcome: result.outcome, integration: result.integrationId });
    } catch (error) {
      if (!(error instanceof AppError))
        this.logger.error(`A flow failed: ${error instanceof Error ? error.stack : String(error)}`);
      const code = error instanceof AppError ? error.code : 'INTERNAL';
      return this.url(flow, { outcome: 'failed', code });
    }
  }

  url(flow: Flow, landing: Omit<Landing, 'flow'>): string {
    return landingUrl(this.environment.publicUrl, { flow, ...landing });
  }
}
