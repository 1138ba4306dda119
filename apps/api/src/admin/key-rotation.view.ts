import { NIL_ORGANIZATION } from '../common/actor.js';
import type { KeyRotation } from '../vault/key-rotations.service.js';
import type { KeyRotationDto } from './admin-keys.dto.js';

export function toRotationDto(rotation: KeyRotation, names: Map<string, string>): KeyRotationDto {
  const { organization_id: organizationId } = rotation;
  return {
    id: rotation.id,
    kind: rotation.kind,
    organization_id: organizationId === NIL_ORGANIZATION ? null : organizationId,
    organization_name: names.get(organizationId) ?? null,
    from: rotation.from_key,
    to: rotation.to_key,
    state: rotation.state,
    total: rotation.total,
    done: rotation.done,
    skipped: rotation.skipped,
    error: rotation.error,
    report: rotation.report,
    started_by: rotation.started_by,
    started_at: rotation.started_at,
    updated_at: rotation.updated_at,
    finished_at: rotation.finished_at,
    retired_at: rotation.retired_at,
  };
}
