import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { AuditService } from '../audit/audit.service.js';
import { type Actor, organizationOf } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { Clock } from '../common/clock.js';
import { WithMessage } from '../common/envelope.js';
import { Environment } from '../config/environment.js';
import { IdentityService } from '../identity/identity.service.js';
import { CredentialsService } from '../tokens/credentials.service.js';
import { secondsToNextCheck } from './check-schedule.js';
import { connectionFailed } from './connection-failed.js';
import { type Connection, ConnectionTester, type TestSuccess } from './connection-tester.js';
import { IdempotencyRepository, type IdempotentRequest } from './idempotency.repository.js';
import type { CreateIntegrationDto, IntegrationDto, TestIntegrationDto } from './integration.dto.js';
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
    private readonly tester: ConnectionTester,
    private readonly credentials: CredentialsService,
    private readonly store: IntegrationStore,
    private readonly reader: IntegrationReader,
    private readonly idempotency: IdempotencyRepository,
    private readonly identity: IdentityService,
    private readonly audit: AuditService,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  /** Tests values that are not saved, and keeps nothing. @throws AppError VALIDATION_FAILED, CONNECTION_FAILED */
  async test(
    actor: Actor,
    dto: TestIntegrationDto,
  ): Promise<{ status: string; message: string; details: Record<string, unknown> }> {
    const { message, details, responseTimeMs } = await this.testOrRefuse(actor, this.input.connection(dto));
    return { status: 'active', message, details: { ...details, response_time_ms: responseTimeMs } };
  }

  /** @throws AppError VALIDATION_FAILED, CONNECTION_FAILED with `test`, CONFLICT for an Idempotency-Key of another request */
  async create(
    actor: Actor,
    dto: CreateIntegrationDto,
    idempotencyKey: string | undefined,
  ): Promise<Created> {
    const organizationId = organizationOf(actor);
    const connection = this.input.connection(dto);
    const { credentials: _secret, ...withoutSecrets } = dto;
    const request = this.idempotency.identify(ROUTE, idempotencyKey, withoutSecrets);
    const earlier = request && (await this.idempotency.find(organizationId, request));
    if (earlier) return this.replay(actor, earlier);
    const tested = dto.test ? await this.testOrRefuse(actor, connection) : undefined;
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
    const credential = await this.credentials.seal(organizationId, id, way.credential_type, credentials);
    const teamIds = dto.team_ids ?? [];
    const made = {
      integration: this.build(actor, organizationId, id, dto, connection, tested),
      credential,
      terms: searchTerms(dto.name, dto.description ?? null, manifest.name, manifest.id),
      teamIds,
      tested,
    };
    await this.store.create(actor, made, async (manager) => {
      if (request && !(await this.idempotency.claim(manager, organizationId, request, id)))
        throw new AlreadyCreated();
      await this.identity.requireTeams(manager, organizationId, teamIds);
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
    const now = this.clock.date();
    const wait = tested
      ? secondsToNextCheck(tested, 0, this.environment.healthCheckInterval, Math.random())
      : 0;
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
      nextCheckAt: new Date(now.getTime() + wait * 1000),
      checkLeaseToken: null,
      checkLeaseUntil: null,
      createdBy: actor.userId,
      createdAt: now,
      updatedAt: now,
    };
  }

  private async testOrRefuse(actor: Actor, connection: Connection): Promise<TestSuccess> {
    const outcome = await this.tester.test(connection, 'test');
    await this.audit.recordAlone(organizationOf(actor), {
      actor,
      action: 'integration.draft_tested',
      resourceType: 'integration',
      resourceId: null,
      outcome: outcome.ok ? 'success' : 'failure',
      metadata: {
        integration_type_id: connection.manifest.id,
        ...(outcome.ok ? {} : { kind: outcome.kind }),
      },
    });
    if (!outcome.ok) throw connectionFailed(outcome);
    return outcome;
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
