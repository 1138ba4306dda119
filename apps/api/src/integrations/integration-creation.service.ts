import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Actor, organizationOf } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { WithMessage } from '../common/envelope.js';
import { CheckSchedule } from './check-schedule.js';
import type { Connection, TestSuccess } from './connection-tester.js';
import { DraftTests } from './draft-tests.js';
import { IdempotencyRepository, type IdempotentRequest } from './idempotency.repository.js';
import type { CreateIntegrationDto, IntegrationDto } from './integration.dto.js';
import type { Integration } from './integration.entity.js';
import { IntegrationInput } from './integration-input.js';
import { IntegrationReader } from './integration-reader.js';
import { IntegrationStore } from './integration-store.js';
import { searchTerms } from './search-terms.js';

type Created = WithMessage<{ integration: IntegrationDto }>;

const ROUTE = 'POST /integrations';

/** Another request with the same Idempotency-Key came first. */
class AlreadyCreated extends Error {}

/** New integrations, tested first or in the background. */
@Injectable()
export class IntegrationCreationService {
  constructor(
    private readonly input: IntegrationInput,
    private readonly drafts: DraftTests,
    private readonly store: IntegrationStore,
    private readonly reader: IntegrationReader,
    private readonly idempotency: IdempotencyRepository,
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
    const request = this.idempotency.identify(ROUTE, idempotencyKey, dto);
    const earlier = request && (await this.idempotency.find(organizationId, request));
    if (earlier) return this.replay(actor, earlier);
    const tested = dto.test ? await this.drafts.require(actor, connection) : undefined;
    const id = uuidv7();
    try {
      await this.write(actor, organizationId, id, dto, connection, tested, request);
    } catch (error) {
      if (!(error instanceof AlreadyCreated) || !request) throw error;
      return this.replay(actor, (await this.idempotency.find(organizationId, request)) ?? id);
    }
    return new WithMessage(
      await this.reader.get(actor, id),
      tested
        ? 'Integration created and connected.'
        : 'Integration created successfully. Testing connection...',
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
    const { manifest, way, credentials } = connection;
    const made = {
      integration: this.build(actor, organizationId, id, dto, connection, tested),
      credentialType: way.credential_type,
      credentials,
      terms: searchTerms(dto.name, dto.description ?? null, manifest.name, manifest.id),
      teamIds: dto.team_ids ?? [],
      tested,
    };
    await this.store.create(actor, made, async (manager) => {
      if (request && !(await this.idempotency.claim(manager, organizationId, request, id)))
        throw new AlreadyCreated();
    });
  }

  private build(
    actor: Actor,
    organizationId: string,
    id: string,
    dto: CreateIntegrationDto,
    { manifest, way, config }: Connection,
    tested: TestSuccess | undefined,
  ): Integration {
    const now = this.schedule.now();
    return {
      organizationId,
      id,
      integrationTypeId: manifest.id,
      name: dto.name.trim(),
      description: dto.description ?? null,
      config,
      authMode: way.id,
      status: tested ? 'active' : 'pending',
      errorCode: null,
      errorMessage: null,
      errorHint: null,
      statusChangedAt: now,
      consecutiveFailures: 0,
      responseTimeMs: tested?.responseTimeMs ?? null,
      lastSyncAt: tested ? now : null,
      lastCheckedAt: tested ? now : null,
      nextCheckAt: tested ? this.schedule.next(tested, 0, config) : now,
      checkLeaseToken: null,
      checkLeaseUntil: null,
      createdBy: actor.userId,
      createdAt: now,
      updatedAt: now,
    };
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
