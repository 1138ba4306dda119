import { Injectable } from '@nestjs/common';
import type { Manifest } from '@latchkey/catalogue';
import { Database } from '../database/database.js';

@Injectable()
export class CatalogueRepository {
  constructor(private readonly database: Database) {}

  /** Writes the manifests; types that are gone stay, switched off, since integrations refer to them. */
  async synchronise(manifests: Manifest[]): Promise<void> {
    await this.database.query(
      `INSERT INTO integration_types AS t (id, name, category, manifest_hash, is_active)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::boolean[])
       ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, category = EXCLUDED.category,
         manifest_hash = EXCLUDED.manifest_hash, is_active = EXCLUDED.is_active, updated_at = now()
       WHERE (t.manifest_hash, t.is_active) IS DISTINCT FROM (EXCLUDED.manifest_hash, EXCLUDED.is_active)`,
      [
        manifests.map((manifest) => manifest.id),
        manifests.map((manifest) => manifest.name),
        manifests.map((manifest) => manifest.category),
        manifests.map((manifest) => manifest.hash),
        manifests.map((manifest) => manifest.is_active),
      ],
    );
    await this.database.query(
      'UPDATE integration_types SET is_active = false WHERE is_active AND NOT (id = ANY($1))',
      [manifests.map((manifest) => manifest.id)],
    );
  }
}
