import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { newId } from '../../common/new-id.js';
import { Integration } from '../integration.entity.js';
import type { DemoIntegration } from './demo-integration.js';

@Injectable()
export class DemoIntegrationsRepository {
  /** Integrations with what is searched in them, and incidents of those that do not work. */
  async insert(manager: EntityManager, organizationId: string, made: DemoIntegration[]): Promise<void> {
    await manager.insert(
      Integration,
      made.map(({ integration }) => integration),
    );
    const terms = made.flatMap(({ integration: { id }, terms }) => terms.map((term) => ({ id, term })));
    await manager.query(
      `INSERT INTO integration_terms (organization_id, integration_id, term, name, created_at)
       SELECT i.organization_id, i.id, t.term, i.name, i.created_at
       FROM unnest($2::uuid[], $3::text[]) AS t (id, term)
       JOIN integrations i ON i.organization_id = $1 AND i.id = t.id`,
      [organizationId, terms.map(({ id }) => id), terms.map(({ term }) => term)],
    );
    const broken = made
      .map(({ integration }) => integration)
      .filter(({ errorCode }) => errorCode !== null)
      .map((integration) => ({ ...integration, incident: newId() }));
    await manager.query(
      `INSERT INTO incidents (organization_id, id, integration_id, opened_at, error_code, message)
       SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[])`,
      [
        organizationId,
        broken.map(({ incident }) => incident),
        broken.map(({ id }) => id),
        broken.map(({ lastCheckedAt }) => lastCheckedAt),
        broken.map(({ errorCode }) => errorCode),
        broken.map(({ errorMessage }) => errorMessage),
      ],
    );
  }
}
