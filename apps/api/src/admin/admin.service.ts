import { Injectable } from '@nestjs/common';
import { VERSION } from '../common/version.js';
import { Environment } from '../config/environment.js';
import { IdentityService } from '../identity/identity.service.js';
import { Installation } from '../vault/installation.js';
import type { InstallationDto, KeyPlaceDto } from './admin.dto.js';

/** The installation itself. */
@Injectable()
export class AdminService {
  constructor(
    private readonly identity: IdentityService,
    private readonly keysOfInstallation: Installation,
    private readonly environment: Environment,
  ) {}

  async installation(): Promise<{ installation: InstallationDto }> {
    const initialized = await this.identity.hasUsers();
    return {
      installation: {
        initialized,
        registration: this.environment.registration,
        version: VERSION,
        key: initialized ? null : this.keyPlace(),
      },
    };
  }

  private keyPlace(): KeyPlaceDto {
    const { keyStore, rootKey } = this.keysOfInstallation;
    return { store: keyStore.kind, location: keyStore.location, fingerprint: rootKey.fingerprint };
  }
}
