import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The owner of the tables is bound by their policies too, of which none is for it. */
const unbound = (change: string): string => `
  ALTER TABLE integrations NO FORCE ROW LEVEL SECURITY;
  ALTER TABLE integration_terms NO FORCE ROW LEVEL SECURITY;
  ${change}
  ALTER TABLE integrations FORCE ROW LEVEL SECURITY;
  ALTER TABLE integration_terms FORCE ROW LEVEL SECURITY;`;

/**
 * Indexes of the list of integrations that serve its filters in its usual order, and the order by the last check in both
 * directions and from any place. They replace others of the same name: an older replica finds the same, more slowly.
 *
 * Words carry what lists are sorted by, so that a search is read from them alone. Triggers keep that true, whoever
 * changes an integration, and complete what an older replica writes.
 */
export class Lists1700000000010 implements MigrationInterface {
  name = 'Lists1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX integrations_status, integrations_type, integrations_checked;
      CREATE INDEX integrations_status ON integrations (organization_id, status, created_at DESC, id DESC)
        INCLUDE (integration_type_id, name);
      CREATE INDEX integrations_type
        ON integrations (integration_type_id, organization_id, created_at DESC, id DESC);
      CREATE INDEX integrations_checked
        ON integrations (organization_id, coalesce(last_checked_at, '-infinity'), id);

      ALTER TABLE integration_terms DROP CONSTRAINT integration_terms_pkey;
      DROP INDEX integration_terms_integration;
      ALTER TABLE integration_terms ADD COLUMN name text COLLATE "C", ADD COLUMN created_at timestamptz;
      ${unbound(`
        UPDATE integration_terms t SET name = i.name, created_at = i.created_at FROM integrations i
          WHERE i.organization_id = t.organization_id AND i.id = t.integration_id;`)}
      ALTER TABLE integration_terms ALTER COLUMN name SET NOT NULL, ALTER COLUMN created_at SET NOT NULL,
        ADD PRIMARY KEY (organization_id, integration_id, term);
      CREATE INDEX integration_terms_name ON integration_terms (organization_id, term, name, integration_id);
      CREATE INDEX integration_terms_created ON integration_terms (organization_id, term, created_at, integration_id);

      CREATE FUNCTION complete_integration_term() RETURNS trigger LANGUAGE plpgsql
        SET search_path = pg_catalog, public AS $$
        BEGIN
          SELECT i.name, i.created_at INTO NEW.name, NEW.created_at FROM integrations i
            WHERE i.organization_id = NEW.organization_id AND i.id = NEW.integration_id;
          RETURN NEW;
        END $$;
      CREATE TRIGGER complete BEFORE INSERT ON integration_terms FOR EACH ROW WHEN (NEW.name IS NULL)
        EXECUTE FUNCTION complete_integration_term();

      CREATE FUNCTION follow_integration() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
        BEGIN
          UPDATE integration_terms t SET name = NEW.name, created_at = NEW.created_at
            WHERE t.organization_id = NEW.organization_id AND t.integration_id = NEW.id;
          RETURN NULL;
        END $$;
      CREATE TRIGGER follow AFTER UPDATE OF name, created_at ON integrations FOR EACH ROW
        WHEN (NEW.name <> OLD.name OR NEW.created_at <> OLD.created_at) EXECUTE FUNCTION follow_integration();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER follow ON integrations;
      DROP FUNCTION follow_integration();
      DROP TRIGGER complete ON integration_terms;
      DROP FUNCTION complete_integration_term();
      DROP INDEX integration_terms_name, integration_terms_created;
      ALTER TABLE integration_terms DROP CONSTRAINT integration_terms_pkey, DROP COLUMN name, DROP COLUMN created_at,
        ADD PRIMARY KEY (organization_id, term, integration_id);
      CREATE INDEX integration_terms_integration ON integration_terms (organization_id, integration_id);

      DROP INDEX integrations_status, integrations_type, integrations_checked;
      CREATE INDEX integrations_checked ON integrations (organization_id, last_checked_at NULLS FIRST, id);
      CREATE INDEX integrations_status ON integrations (organization_id, status, created_at DESC);
      CREATE INDEX integrations_type ON integrations (integration_type_id, organization_id);
    `);
  }
}
