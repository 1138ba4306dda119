import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import {
  authModes,
  capabilities,
  type Catalogue,
  configSchema,
  credentialSchema,
  loadCatalogue,
  type Manifest,
  uiSchema,
} from '@latchkey/catalogue';
import { AppError } from '../common/app-error.js';
import { OAuthClients } from '../tokens/oauth2/oauth-clients.js';
import { CatalogueRepository } from './catalogue.repository.js';
import type { IntegrationTypeDto, IntegrationTypesQuery } from './catalogue.dto.js';
import { flowOf, oauthOf } from './connect-flow.js';
import { examplePath } from './example-path.js';

/** Integration types as the manifests describe them; the database keeps a copy for references. */
@Injectable()
export class CatalogueService implements OnApplicationBootstrap {
  private readonly catalogue: Catalogue = loadCatalogue();
  private readonly described = new Map<string, IntegrationTypeDto>();

  constructor(
    private readonly repository: CatalogueRepository,
    private readonly clients: OAuthClients,
  ) {
    for (const manifest of this.catalogue.list()) this.described.set(manifest.id, this.describe(manifest));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.repository.synchronise(this.catalogue.list());
  }

  list(query: IntegrationTypesQuery): { integration_types: IntegrationTypeDto[] } {
    const wanted = query.q?.trim().toLowerCase();
    const types = [...this.described.values()].filter(
      (type) =>
        (!query.category || type.category === query.category) &&
        (!wanted ||
          [type.id, type.name, type.description, ...type.tags].some((text) =>
            text.toLowerCase().includes(wanted),
          )),
    );
    return { integration_types: types };
  }

  get(id: string): { integration_type: IntegrationTypeDto } {
    const type = this.described.get(id);
    if (!type) throw AppError.notFound('integration type');
    return { integration_type: type };
  }

  find(id: string): Manifest | undefined {
    return this.catalogue.get(id);
  }

  /** @throws AppError VALIDATION_FAILED under `integration_type_id`. */
  require(id: string): Manifest {
    const manifest = this.catalogue.get(id);
    if (!manifest?.is_active) {
      throw AppError.invalid({
        integration_type_id: ['is not a type of the catalogue; see GET /api/v1/integration-types'],
      });
    }
    return manifest;
  }

  idsOfCategory(category: string): string[] {
    return this.catalogue
      .list()
      .filter((manifest) => manifest.category === category)
      .map((manifest) => manifest.id);
  }

  /** An SVG document. */
  logo(id: string): Buffer {
    const logo = this.catalogue.logo(id);
    if (logo === undefined) throw AppError.notFound('integration type');
    return Buffer.from(logo);
  }

  private describe(manifest: Manifest): IntegrationTypeDto {
    return {
      id: manifest.id,
      name: manifest.name,
      description: manifest.description,
      category: manifest.category,
      tags: manifest.tags,
      logo_url: `/api/v1/integration-types/${manifest.id}/logo`,
      documentation_url: manifest.documentation_url,
      config_schema: configSchema(manifest),
      credential_schema: credentialSchema(manifest),
      ui_schema: { ...uiSchema(manifest) },
      auth_modes: authModes(manifest).map((mode, index) => {
        const way = manifest.auth[index]!;
        return {
          ...mode,
          requires_config: way.requires_config,
          example_path: examplePath(manifest, way),
          flow: flowOf(way),
          oauth: oauthOf(manifest, way, this.clients),
        };
      }),
      capabilities: capabilities(manifest),
      is_active: manifest.is_active,
    };
  }
}
