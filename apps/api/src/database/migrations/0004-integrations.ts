import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Integration types, integrations, their sealed credentials, and what makes a request repeatable. */
export class Integrations1700000000004 implements MigrationInterface {
  name = 'Integrations1700000000004';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE integration_types (
        id text PRIMARY KEY,
        name text NOT NULL,
        category text NOT NULL,
        manifest_hash text NOT NULL,
        is_active boolean NOT NULL DEFAULT true,
        updated_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE integrations (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        id uuid NOT NULL,
        integration_type_id text NOT NULL REFERENCES integration_types (id),
        name text NOT NULL,
        description text,
        config jsonb NOT NULL DEFAULT '{}',
        auth_mode text NOT NULL,
        status text NOT NULL DEFAULT 'pending'
          CHECK (status IN ('pending', 'active', 'error', 'disabled', 'needs_reauth')),
        error_code text,
        error_message text,
        error_hint text,
        status_changed_at timestamptz NOT NULL DEFAULT now(),
        consecutive_failures integer NOT NULL DEFAULT 0,
        response_time_ms integer,
        last_sync_at timestamptz,
        last_checked_at timestamptz,
        next_check_at timestamptz,
        check_interval integer,
        check_lease_token uuid,
        check_lease_until timestamptz,
        scan_schedule text,
        next_scan_at timestamptz,
        created_by uuid REFERENCES users (id) ON DELETE SET NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, id)
      );
      CREATE INDEX integrations_created ON integrations (organization_id, created_at DESC, id DESC);
      CREATE INDEX integrations_name ON integrations (organization_id, name COLLATE "C", id);
      CREATE INDEX integrations_checked ON integrations (organization_id, last_checked_at NULLS FIRST, id);
      CREATE INDEX integrations_status ON integrations (organization_id, status, created_at DESC);
      CREATE INDEX integrations_type ON integrations (integration_type_id, organization_id);
      CREATE INDEX integrations_creator ON integrations (created_by);
      CREATE INDEX integrations_due ON integrations (next_check_at) WHERE next_check_at IS NOT NULL;

      CREATE TABLE integration_terms (
        organization_id uuid NOT NULL,
        term text COLLATE "C" NOT NULL,
        integration_id uuid NOT NULL,
        PRIMARY KEY (organization_id, term, integration_id),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX integration_terms_integration ON integration_terms (organization_id, integration_id);

      CREATE TABLE integration_teams (
        organization_id uuid NOT NULL,
        integration_id uuid NOT NULL,
        team_id uuid NOT NULL,
        PRIMARY KEY (organization_id, integration_id, team_id),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE,
        FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX integration_teams_team ON integration_teams (organization_id, team_id);

      CREATE TABLE integration_credentials (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        integration_id uuid NOT NULL,
        credential_type text NOT NULL CHECK (credential_type IN ('api_token', 'basic_auth', 'oauth2',
          'client_credentials', 'github_app', 'aws_access_key', 'aws_assume_role', 'ssh_key',
          'connection_string', 'jwt', 'mtls')),
        state text NOT NULL DEFAULT 'active'
          CHECK (state IN ('created', 'active', 'refreshing', 'updated', 'expired', 'revoked')),
        sealed bytea NOT NULL,
        previous_sealed bytea,
        key_version integer NOT NULL,
        field_names text[] NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        expires_at timestamptz,
        last_used_at timestamptz,
        refreshed_at timestamptz,
        refresh_failures integer NOT NULL DEFAULT 0,
        lease_until timestamptz,
        lease_token uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, id),
        UNIQUE (organization_id, integration_id, credential_type),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );

      CREATE TABLE idempotency_keys (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        route text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        resource_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, route, key)
      );
      CREATE INDEX idempotency_keys_age ON idempotency_keys (created_at);

      ALTER TABLE integrations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE integration_terms ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE integration_teams ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE integration_credentials ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

      CREATE POLICY tenant ON integrations TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON integration_terms TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON integration_teams TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON integration_credentials TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON idempotency_keys TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());

      -- The watch finds due work in every organisation, and sees and touches nothing else of it.
      CREATE POLICY due_work ON integrations FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY due_work_lease ON integrations FOR UPDATE TO latchkey_system USING (true) WITH CHECK (true);
      CREATE POLICY purge_select ON idempotency_keys FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY purge ON idempotency_keys FOR DELETE TO latchkey_system USING (true);

      GRANT SELECT, INSERT, UPDATE ON integration_types TO latchkey_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON integrations, integration_terms, integration_teams,
        integration_credentials, idempotency_keys TO latchkey_app;
      GRANT SELECT (organization_id, id, next_check_at, check_lease_token, check_lease_until)
        ON integrations TO latchkey_system;
      GRANT UPDATE (check_lease_token, check_lease_until) ON integrations TO latchkey_system;
      GRANT SELECT (created_at), DELETE ON idempotency_keys TO latchkey_system;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE idempotency_keys, integration_credentials, integration_teams, integration_terms, integrations,
        integration_types;
    `);
  }
}
