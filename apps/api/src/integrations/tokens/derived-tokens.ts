import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/app-error.js';
import { UsableCredentials } from '../../tokens/usable-credentials.js';
import type { IntegrationRow } from '../integration.row.js';
import { StoredSources } from './stored-sources.js';
import { explainUnusable } from './unusable-credential.js';

/** Tokens that are made from a stored credential and live in memory: those of a client, an App, an assumed role. */
@Injectable()
export class DerivedTokens {
  constructor(
    private readonly sources: StoredSources,
    private readonly usable: UsableCredentials,
  ) {}

  /** Makes another, whatever is kept of one. @throws AppError CONFLICT, UPSTREAM_ERROR, UPSTREAM_TIMEOUT, EGRESS_BLOCKED */
  async renew(row: IntegrationRow, signal: AbortSignal): Promise<void> {
    const { source, problem } = await this.sources.load(row.organization_id, row.id);
    if (!source) throw new AppError('CONFLICT', `${problem?.reason}. ${problem?.hint}`);
    try {
      await this.usable.get(source, { fresh: true, signal });
    } catch (error) {
      throw explainUnusable(error, row.name);
    }
  }
}
