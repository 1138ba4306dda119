import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { Clock } from '../common/clock.js';
import { Environment } from '../config/environment.js';
import { Installation, openInstallation } from './installation.js';
import { InstallationRepository } from './installation.repository.js';
import { BulkOpener } from './bulk-opener.js';
import { KeyRetirementService } from './key-retirement.service.js';
import { KeyRotationsRepository } from './key-rotations.repository.js';
import { KeyRotations } from './key-rotations.service.js';
import { OrganizationKeysRepository } from './organization-keys.repository.js';
import { KeysOverviewService } from './keys-overview.service.js';
import { KeyStoreProbe } from './key-store-probe.js';
import { OrganizationResealer } from './organization-resealer.js';
import { OrganizationRotationService } from './organization-rotation.service.js';
import { RootRewrapping } from './root-rewrapping.js';
import { RootRotationRepository } from './root-rotation.repository.js';
import { RootRotationService } from './root-rotation.service.js';
import { RootRotationWorker } from './root-rotation.worker.js';
import { RotationRunner } from './rotation-runner.js';
import { SealedStores } from './sealed-stores.js';
import { SecretVerificationService } from './secret-verification.service.js';
import { UnreadableRepository } from './unreadable.repository.js';
import { UnwrappedKeys } from './unwrapped-keys.js';
import { VaultService } from './vault.service.js';

@Module({
  imports: [AuditModule],
  providers: [
    InstallationRepository,
    {
      provide: Installation,
      inject: [InstallationRepository, Environment, Clock],
      useFactory: openInstallation,
    },
    {
      provide: UnwrappedKeys,
      inject: [Clock, Installation, Environment],
      useFactory: (clock: Clock, { ring }: Installation, { keyCacheGrace }: Environment) =>
        new UnwrappedKeys(clock, () => (ring.isRemote ? keyCacheGrace * 1000 : 0)),
    },
    KeyStoreProbe,
    RootRewrapping,
    RootRotationRepository,
    RootRotationService,
    RootRotationWorker,
    BulkOpener,
    KeyRetirementService,
    KeyRotations,
    KeyRotationsRepository,
    KeysOverviewService,
    OrganizationKeysRepository,
    OrganizationResealer,
    OrganizationRotationService,
    RotationRunner,
    SealedStores,
    SecretVerificationService,
    UnreadableRepository,
    VaultService,
  ],
  exports: [
    Installation,
    KeyRetirementService,
    KeyRotations,
    KeysOverviewService,
    KeyStoreProbe,
    OrganizationRotationService,
    RootRotationService,
    RootRotationWorker,
    RotationRunner,
    SealedStores,
    SecretVerificationService,
    VaultService,
  ],
})
export class VaultModule {}
