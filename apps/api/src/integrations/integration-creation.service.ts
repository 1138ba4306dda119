import { Injectable } from '@nestjs/common';
import { type Actor, organizationOf } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { WithMessage } from '../common/envelope.js';
import { newId } from '../common/new-id.js';
import { CheckSchedule } from './checks/check-schedule.js';
import type { Connection, TestSuccess } from './checks/connection-tester.js';
import { DraftTests, refuseUntestable } from './checks/draft-tests.js';
import { IdempotentRequests, type IdempotentRequest } from './idempotent-requests.js';
import type { CreateIntegrationDto, IntegrationDto } from './integration.dto.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationReader } from './integration-reader.js';
import { IntegrationStore } from './integration-store.js';
import { newIntegration } from './new-integration.js';
import { needsConsent } from './tokens/oauth-parties.js';

type Created = WithMessage<{ integration: IntegrationDto }>;

const ROUTE = 'POST /integrations';

/** Another request with the same Idempotency-Key came first. */
class AlreadyCreated extends Error {}

function nextStep({ manifest, way }: Connection): string {
  return needsConsent(way)
    ? `Integration created. Authorise it at ${manifest.name} to finish connecting.`
    : 'Integration created successfully. Testing connection...';
}

/** New integrations, tested first or in the background. */
@Injectable()
export class IntegrationCreationService {
  constructor(
    private readonly input: IntegrationInput,
    private readonly drafts: DraftTests,
    private readonly store: IntegrationStore,
    private readonly reader: IntegrationReader,
    private readonly idempotency: IdempotentRequests,
    private readonly schedule: CheckSchedule,
  ) {}

  /** @throws AppError VALIDATION_FAILED, CONNECTION_FAILED with `test`, CONFLICT for an Idempotency-Key of another request */
  async create(
    actor: Actor,
    dto: CreateIntegrationDto,
    idempotencyKey: string | undefined,
  ): Promise<Created> {
    const organizationId = organizationOf(actor);
    const connection = this.input.connection(dto);
    if (dto.test) refuseUntestable(connection, 'test');
    const request = this.idempotency.identify(ROUTE, idempotencyKey, dto);
    const earlier = request && (await this.idempotency.find(organizationId, request));
    if (earlier) return this.replay(actor, earlier);
    const tested = dto.test ? await this.drafts.require(actor, connection) : undefined;
    const id = newId();
    try {
      await this.write(actor, organizationId, id, dto, connection, tested, request);
    } catch (error) {
      if (!(error instanceof AlreadyCreated) || !request) throw error;
      return this.replay(actor, (await this.idempotency.find(organizationId, request)) ?? id);
    }
    return new WithMessage(
      await this.reader.get(actor, id),
      tested ? 'Integration created and connected.' : nextStep(connection),
    );
  }

  private async write(
    actor: Actor,
    organizationId: string,
    id: string,
    dto: CreateIntegrationDto,
    connection: Connection,
    tested: TestSuccess | undefined,
    request: IdempotentRequest | undefined,
  ): Promise<void> {
    const owner = { organizationId, id, createdBy: actor.userId };
    const made = newIntegration(owner, dto, connection, this.schedule, tested);
    await this.store.create(actor, made, async (manager) => {
      if (request && !(await this.idempotency.claim(manager, organizationId, request, id)))
        throw new AlreadyCreated();
    });
  }

  private async replay(actor: Actor, id: string): Promise<Created> {
    try {
      return new WithMessage(
        await this.reader.get(actor, id),
        'This request was carried out before; nothing was made again.',
      );
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'NOT_FOUND') throw error;
      throw new AppError('CONFLICT', 'What this Idempotency-Key made was deleted since. Use a new key.', {
        cause: error,
      });
    }
  }
}
