import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { CatalogueService } from '../catalogue/catalogue.service.js';
import { Environment } from '../config/environment.js';

/** Tells the operator of OAuth clients that nothing asks for: a misspelt type would else go unnoticed. */
@Injectable()
export class ClientSettings implements OnApplicationBootstrap {
  private readonly logger = new Logger('Configuration');

  constructor(
    private readonly environment: Environment,
    private readonly catalogue: CatalogueService,
  ) {}

  onApplicationBootstrap(): void {
    for (const type of this.environment.oauthClients.keys()) {
      const name = `${type.toUpperCase()}_OAUTH_CLIENT_ID`;
      const manifest = this.catalogue.find(type);
      if (!manifest) this.logger.warn(`${name} is not used: there is no integration type “${type}”.`);
      else if (!manifest.auth.some(({ oauth2 }) => oauth2))
        this.logger.warn(`${name} is not used: ${manifest.name} is not connected by OAuth.`);
    }
  }
}
