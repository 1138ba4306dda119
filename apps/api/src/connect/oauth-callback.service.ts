import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../common/actor.js';
import { WithMessage } from '../common/envelope.js';
import { Environment } from '../config/environment.js';
import type { IntegrationDto } from '../integrations/integration.dto.js';
import { IntegrationReader } from '../integrations/integration-reader.js';
import { Consents } from './consents.service.js';
import { landingOf, landingUrl } from './landing.js';

/** Answers to the browser that is back. */
@Injectable()
export class OAuthCallback {
  constructor(
    private readonly consents: Consents,
    private readonly reader: IntegrationReader,
    private readonly environment: Environment,
  ) {}

  /** @returns the page to land on. Where it is does not depend on what the request says of its host. */
  async land(request: FastifyRequest, reply: FastifyReply): Promise<string> {
    const conclusion = await this.consents.conclude(request, reply, request.query as Record<string, unknown>);
    return landingUrl(this.environment.publicUrl, landingOf(conclusion));
  }

  /** @throws AppError of every kind that a consent can end with */
  async take(
    actor: Actor,
    request: FastifyRequest,
    reply: FastifyReply,
    body: Record<string, unknown>,
  ): Promise<WithMessage<{ integration: IntegrationDto }>> {
    const { integrationId, kept, failure } = await this.consents.conclude(request, reply, body, actor);
    if (!kept || integrationId === null) throw failure!;
    return new WithMessage(
      await this.reader.get(actor, integrationId),
      failure ? `The authorisation is kept, but: ${failure.message}` : 'Authorised and connected.',
    );
  }
}
