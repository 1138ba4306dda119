import { Injectable } from '@nestjs/common';
import { NIL_ORGANIZATION } from '../common/actor.js';
import { AppError } from '../common/app-error.js';
import { KeyRetirementService } from '../vault/key-retirement.service.js';
import { type KeyActor, type KeyRotation, KeyRotations } from '../vault/key-rotations.service.js';
import { OrganizationRotationService } from '../vault/organization-rotation.service.js';
import { RootRotationService } from '../vault/root-rotation.service.js';
import { SecretVerificationService } from '../vault/secret-verification.service.js';
import type {
  KeyRotationDto,
  RetireKeyDto,
  RetirementDto,
  RotateKeyDto,
  VerifySecretsDto,
} from './admin-keys.dto.js';
import { AdminKeysService } from './admin-keys.service.js';

type Rotated = { rotation: KeyRotationDto };

/** What a super admin has done to keys; the command line has it done too. */
@Injectable()
export class KeyOperationsService {
  constructor(
    private readonly reader: AdminKeysService,
    private readonly rotations: KeyRotations,
    private readonly organizations: OrganizationRotationService,
    private readonly verifications: SecretVerificationService,
    private readonly retirements: KeyRetirementService,
    private readonly root: RootRotationService,
  ) {}

  /** @throws AppError VALIDATION_FAILED, NOT_FOUND, CONFLICT with the one that is open */
  async rotate(actor: KeyActor, dto: RotateKeyDto): Promise<Rotated> {
    const organizationId = organizationOf(dto);
    if (organizationId !== null) return this.show(await this.organizations.start(actor, organizationId));
    await this.rotations.requireNoneOpen(NIL_ORGANIZATION, 'root');
    await this.root.start(actor);
    return this.show(await this.latestRoot());
  }

  /** @throws AppError NOT_FOUND, CONFLICT */
  async pause(actor: KeyActor, id: string): Promise<Rotated> {
    const { kind } = await this.rotations.require(id);
    if (kind !== 'root') return this.show(await this.rotations.pause(actor, id));
    await this.root.pause(actor);
    return this.reader.rotation(id);
  }

  /** @throws AppError NOT_FOUND, CONFLICT */
  async resume(actor: KeyActor, id: string): Promise<Rotated> {
    const rotation = await this.rotations.require(id);
    const { kind } = rotation;
    if (kind === 'verification') return this.show(await this.rotations.resume(actor, id));
    if (kind === 'organization') return this.show(await this.organizations.resume(actor, rotation));
    await this.root.resume(actor);
    return this.reader.rotation(id);
  }

  /** @throws AppError VALIDATION_FAILED, NOT_FOUND, CONFLICT with what still uses it */
  async retire(actor: KeyActor, dto: RetireKeyDto): Promise<{ retirement: RetirementDto }> {
    const organizationId = organizationOf(dto);
    if (organizationId === null) {
      if (dto.version !== undefined) throw AppError.invalid({ version: ['is for an organisation’s key'] });
      const { retired } = await this.root.retireOld(actor);
      return { retirement: { kind: 'root', retired, kept: [] } };
    }
    const { retired, kept } = await this.retirements.retire(actor, organizationId, dto.version);
    return { retirement: { kind: 'organization', retired: retired.map(String), kept } };
  }

  /** @throws AppError NOT_FOUND, CONFLICT with the one that is open */
  async verify(actor: KeyActor, dto: VerifySecretsDto): Promise<Rotated> {
    return this.show(await this.verifications.start(actor, dto.organization_id ?? null));
  }

  private show({ id }: KeyRotation): Promise<Rotated> {
    return this.reader.rotation(id);
  }

  private async latestRoot(): Promise<KeyRotation> {
    const rotation = await this.rotations.findLatest(NIL_ORGANIZATION, 'root');
    if (!rotation) throw AppError.notFound('rotation of the root key');
    return rotation;
  }
}

/** @returns null for the root key. @throws AppError VALIDATION_FAILED */
function organizationOf({ kind, organization_id: id }: RotateKeyDto): string | null {
  if (kind === 'organization' && id === undefined)
    throw AppError.invalid({ organization_id: ['is required for `organization`'] });
  if (kind === 'root' && id !== undefined)
    throw AppError.invalid({ organization_id: ['is not for `root`, which belongs to all of them'] });
  return id ?? null;
}
