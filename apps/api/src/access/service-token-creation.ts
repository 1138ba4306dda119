import { Injectable } from '@nestjs/common';
import { type Actor, organizationOf } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { WithMessage } from '../common/envelope.js';
import { type IdempotentRequest, IdempotentRequests } from '../integrations/idempotent-requests.js';
import type { CreateServiceTokenDto, ServiceTokenDto } from './service-token.dto.js';
import { ServiceTokenInput } from './service-token-input.js';
import { ServiceTokensService } from './service-tokens.service.js';

const ROUTE = 'POST /service-tokens';

/** Another request with the same Idempotency-Key came first. */
class AlreadyCreated extends Error {}

type Created = WithMessage<{ service_token: ServiceTokenDto; token?: string }>;

/** New service tokens; a repeated request makes nothing again and shows no secret. */
@Injectable()
export class ServiceTokenCreation {
  constructor(
    private readonly input: ServiceTokenInput,
    private readonly requests: IdempotentRequests,
    private readonly tokens: ServiceTokensService,
  ) {}

  /** @throws AppError VALIDATION_FAILED, CONFLICT for an Idempotency-Key of another request */
  async create(
    actor: Actor,
    dto: CreateServiceTokenDto,
    idempotencyKey: string | undefined,
  ): Promise<Created> {
    const organizationId = organizationOf(actor);
    const request = this.requests.identify(ROUTE, idempotencyKey, dto);
    const earlier = request && (await this.requests.find(organizationId, request));
    // Before what was asked for is judged: since then an integration may be gone, or the end be past.
    if (earlier) return this.replay(actor, earlier);
    const purpose = await this.input.purpose(actor, dto);
    try {
      return await this.tokens.create(actor, purpose, async (manager, id) => {
        if (request && !(await this.requests.claim(manager, organizationId, request, id)))
          throw new AlreadyCreated();
      });
    } catch (error) {
      if (!(error instanceof AlreadyCreated) || !request) throw error;
      return this.replayOf(actor, organizationId, request);
    }
  }

  private async replayOf(actor: Actor, organizationId: string, request: IdempotentRequest): Promise<Created> {
    const id = await this.requests.find(organizationId, request);
    if (!id) throw new AppError('CONFLICT', 'This Idempotency-Key is in use. Try again in a moment.');
    return this.replay(actor, id);
  }

  private async replay(actor: Actor, id: string): Promise<Created> {
    return new WithMessage(
      await this.tokens.get(actor, id),
      'This request was carried out before. The token was shown then; rotate it to get another.',
    );
  }
}
