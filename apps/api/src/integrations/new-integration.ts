import { credentialExpiry } from '../tokens/structure/credential-structure.js';
import type { CheckSchedule } from './checks/check-schedule.js';
import type { Connection, TestSuccess } from './checks/connection-tester.js';
import type { CreateIntegrationDto } from './integration.dto.js';
import type { Integration } from './integration.entity.js';
import type { NewIntegration } from './integration-store.js';
import { needsConsent } from './tokens/oauth-parties.js';
import { searchTerms } from './search-terms.js';

type Owner = Pick<Integration, 'organizationId' | 'id' | 'createdBy'>;

/** What is written for a new integration; one that was not tested is due at once, unless somebody has to consent first. */
export function newIntegration(
  owner: Owner,
  dto: CreateIntegrationDto,
  { manifest, way, config, credentials }: Connection,
  schedule: CheckSchedule,
  tested?: TestSuccess,
): NewIntegration {
  const now = schedule.now();
  const awaitsConsent = needsConsent(way);
  return {
    integration: {
      ...owner,
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
      nextCheckAt: tested ? schedule.next(tested, 0, config) : awaitsConsent ? null : now,
      checkLeaseToken: null,
      checkLeaseUntil: null,
      createdAt: now,
      updatedAt: now,
    },
    credentialType: way.credential_type,
    credentials,
    credentialExpiresAt: credentialExpiry(way.credential_type, credentials),
    terms: searchTerms(dto.name, dto.description ?? null, manifest.name, manifest.id),
    teamIds: dto.team_ids ?? [],
    tested,
    awaitsConsent,
  };
}
