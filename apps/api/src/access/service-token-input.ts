import { Injectable } from '@nestjs/common';
import { CatalogueService } from '../catalogue/catalogue.service.js';
import type { Actor } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { IntegrationReader } from '../integrations/integration-reader.js';
import type { CreateServiceTokenDto } from './service-token.dto.js';

/** What a token is for, checked. */
export interface TokenPurpose {
  name: string;
  description: string;
  scopes: string[];
  integration_ids: string[] | null;
  integration_type_ids: string[] | null;
  allowed_cidrs: string[] | null;
  expires_at: Date | null;
}

/** An empty list would read like "none" to one and like "all" to another. */
function narrowed(list: string[] | null | undefined, field: string): string[] | null {
  if (list?.length === 0)
    throw AppError.invalid({ [field]: ['must not be empty; leave it out for no restriction'] });
  return list ? [...new Set(list)] : null;
}

/** What people ask for when they make a token, held against what there is. */
@Injectable()
export class ServiceTokenInput {
  constructor(
    private readonly catalogue: CatalogueService,
    private readonly integrations: IntegrationReader,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError VALIDATION_FAILED naming what is not there or not the caller's to see */
  async purpose(actor: Actor, dto: CreateServiceTokenDto): Promise<TokenPurpose> {
    const purpose = {
      name: dto.name.trim(),
      description: dto.description?.trim() ?? '',
      scopes: [...new Set(dto.scopes)],
      integration_ids: narrowed(dto.integration_ids, 'integration_ids'),
      integration_type_ids: narrowed(dto.integration_type_ids, 'integration_type_ids'),
      allowed_cidrs: narrowed(dto.allowed_cidrs, 'allowed_cidrs'),
      expires_at: dto.expires_at ? new Date(dto.expires_at) : null,
    };
    if (purpose.expires_at && purpose.expires_at.getTime() <= this.clock.now())
      throw AppError.invalid({ expires_at: ['must be in the future'] });
    const unknownType = purpose.integration_type_ids?.find((id) => !this.catalogue.find(id));
    if (unknownType !== undefined)
      throw AppError.invalid({ integration_type_ids: [`there is no integration type ${unknownType}`] });
    const missing = await this.integrations.missing(actor, purpose.integration_ids ?? []);
    if (missing.length > 0)
      throw AppError.invalid({
        integration_ids: missing.map((id) => `there is no integration ${id}, or it is not yours to see`),
      });
    return purpose;
  }
}
