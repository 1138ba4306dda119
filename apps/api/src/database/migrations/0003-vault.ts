import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The installation's own row and the organisations' wrapped keys. */
export class Vault1700000000003 implements MigrationInterface {
  name = 'Vault1700000000003';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE installation (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        root_key_fingerprint text NOT NULL,
        root_key_store text NOT NULL,
        passphrase_salt bytea,
        key_canary bytea NOT NULL,
        jwt_secret bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE organization_keys (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        version integer NOT NULL CHECK (version > 0),
        wrapped_key bytea NOT NULL,
        root_key_fingerprint text NOT NULL,
        state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'retiring', 'retired')),
        created_at timestamptz NOT NULL DEFAULT now(),
        retired_at timestamptz,
        PRIMARY KEY (organization_id, version)
      );
      CREATE UNIQUE INDEX organization_keys_active ON organization_keys (organization_id) WHERE state = 'active';

      ALTER TABLE organization_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY tenant ON organization_keys TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY installation_overview ON organization_keys FOR SELECT TO latchkey_system USING (true);

      GRANT SELECT, INSERT, UPDATE ON installation TO latchkey_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON organization_keys TO latchkey_app;
      GRANT SELECT (organization_id, version, state, root_key_fingerprint) ON organization_keys TO latchkey_system;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE organization_keys, installation');
  }
}
