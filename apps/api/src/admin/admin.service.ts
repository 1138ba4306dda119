import { Injectable } from '@nestjs/common';
import { VERSION } from '../common/version.js';
import { Environment } from '../config/environment.js';
import { IdentityService } from '../identity/identity.service.js';
import { Installation } from '../vault/installation.js';
import { VaultService } from '../vault/vault.service.js';
import type { InstallationDto, KeyPlaceDto, KeysDto } from './admin.dto.js';

/** The installation itself. */
@Injectable()
export class AdminService {
  constructor(
    private readonly identity: IdentityService,
    private readonly keysOfInstallation: Installation,
    private readonly vault: VaultService,
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

  async keys(): Promise<{ keys: KeysDto }> {
    return { keys: { ...this.keyPlace(), organization_keys: await this.vault.overview() } };
  }

  private keyPlace(): KeyPlaceDto {
    const { keyStore, rootKey } = this.keysOfInstallation;
    return { store: keyStore.kind, location: keyStore.location, fingerprint: rootKey.fingerprint };
  }
}
