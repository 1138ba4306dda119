import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Rotation of keys, service tokens, usage counters, and the notices by which replicas forget what has changed.
 *
 * Expands only: a replica of the version before keeps working on it.
 */
export class Access1700000000007 implements MigrationInterface {
  name = 'Access1700000000007';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Keys the hashes of service tokens; wrapped by the root key, made by the first start that finds none.
      ALTER TABLE installation ADD COLUMN token_key bytea;

      ALTER TABLE integration_credentials
        ADD COLUMN previous_key_version integer,
        -- Grows when the secret becomes another one: what was learnt of the one before does not apply.
        ADD COLUMN revision integer NOT NULL DEFAULT 1;
      CREATE INDEX integration_credentials_key ON integration_credentials (organization_id, key_version, id);
      CREATE INDEX integration_credentials_previous_key
        ON integration_credentials (organization_id, previous_key_version, id) WHERE previous_key_version IS NOT NULL;

      -- A version of the key can only go once nothing is sealed under it: the database itself refuses otherwise,
      -- also against a writer that sealed before and commits after. Deferred, so that an organisation can be
      -- deleted with everything that is its own, in whatever order.
      ALTER TABLE integration_credentials
        ADD CONSTRAINT integration_credentials_key_version FOREIGN KEY (organization_id, key_version)
          REFERENCES organization_keys (organization_id, version) DEFERRABLE INITIALLY DEFERRED,
        ADD CONSTRAINT integration_credentials_previous_key_version FOREIGN KEY (organization_id, previous_key_version)
          REFERENCES organization_keys (organization_id, version) DEFERRABLE INITIALLY DEFERRED;

      -- Rotations of the root key, and verifications of every organisation, belong to the nil organisation.
      CREATE TABLE key_rotations (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('root', 'organization', 'verification')),
        from_key text NOT NULL,
        to_key text NOT NULL,
        state text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'completed', 'failed')),
        total bigint NOT NULL DEFAULT 0,
        done bigint NOT NULL DEFAULT 0,
        skipped bigint NOT NULL DEFAULT 0,
        error text,
        -- What a verification found.
        report jsonb NOT NULL DEFAULT '{}',
        -- Held by the process that works on it; progress is written by the holder of the token alone.
        lease_token uuid,
        lease_until timestamptz,
        started_by uuid REFERENCES users (id) ON DELETE SET NULL,
        started_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        finished_at timestamptz,
        retired_at timestamptz,
        PRIMARY KEY (organization_id, id)
      );
      -- One rotation and one verification at a time.
      CREATE UNIQUE INDEX key_rotations_open ON key_rotations (organization_id, (kind = 'verification'))
        WHERE state IN ('running', 'paused', 'failed');
      CREATE INDEX key_rotations_page ON key_rotations (started_at DESC, id DESC);
      CREATE INDEX key_rotations_starter ON key_rotations (started_by);

      -- What a rotation or a verification could not open.
      CREATE TABLE unreadable_secrets (
        organization_id uuid NOT NULL,
        table_name text NOT NULL,
        row_id uuid NOT NULL,
        key_version integer NOT NULL,
        reason text NOT NULL,
        found_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, table_name, row_id)
      );

      CREATE TABLE service_tokens (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        id uuid NOT NULL,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        -- The end of the secret as it is shown in lists.
        hint text NOT NULL,
        token_hash bytea NOT NULL,
        previous_hash bytea,
        previous_until timestamptz,
        scopes text[] NOT NULL CHECK (scopes <@ ARRAY['integrations:read', 'credentials:read', 'proxy:call', 'scans:run']),
        -- NULL: every one of the organisation.
        integration_ids uuid[],
        integration_type_ids text[],
        allowed_cidrs text[],
        expires_at timestamptz,
        last_used_at timestamptz,
        last_used_ip text,
        rotated_at timestamptz,
        created_by uuid REFERENCES users (id) ON DELETE SET NULL,
        created_at timestamptz NOT NULL,
        revoked_at timestamptz,
        PRIMARY KEY (organization_id, id)
      );
      CREATE UNIQUE INDEX service_tokens_hash ON service_tokens (organization_id, token_hash);
      CREATE INDEX service_tokens_previous ON service_tokens (organization_id, previous_hash) WHERE previous_hash IS NOT NULL;
      CREATE INDEX service_tokens_page ON service_tokens (organization_id, created_at DESC, id DESC);
      CREATE INDEX service_tokens_creator ON service_tokens (created_by);

      -- One row per integration and five minutes, never one per call.
      CREATE TABLE usage_rollups (
        organization_id uuid NOT NULL,
        integration_id uuid NOT NULL,
        bucket timestamptz NOT NULL,
        calls bigint NOT NULL DEFAULT 0,
        errors bigint NOT NULL DEFAULT 0,
        throttled bigint NOT NULL DEFAULT 0,
        reads bigint NOT NULL DEFAULT 0,
        latency_ms_sum bigint NOT NULL DEFAULT 0,
        latency_ms_max integer NOT NULL DEFAULT 0,
        -- Counts of calls that took up to 10, 25, 50, 100, 250, 500, 1000, 2500, 5000 ms, and longer.
        latency_histogram bigint[] NOT NULL,
        rate_limit_limit bigint,
        rate_limit_remaining bigint,
        rate_limit_reset_at timestamptz,
        PRIMARY KEY (organization_id, integration_id, bucket),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX usage_rollups_age ON usage_rollups (bucket);

      ALTER TABLE key_rotations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE unreadable_secrets ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE service_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE usage_rollups ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY tenant ON key_rotations TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON unreadable_secrets TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON service_tokens TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON usage_rollups TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      -- The root key is rotated across organisations: wrapped keys alone, by a unit of work that says so. Asked once
      -- per statement, as one truth value: so the planner expects many rows and not one.
      CREATE POLICY root_rotation ON organization_keys TO latchkey_app
        USING ((SELECT coalesce(current_setting('app.root_rotation', true) = 'on'
          AND current_organization() = '00000000-0000-0000-0000-000000000000', false)));
      CREATE POLICY installation_overview ON key_rotations FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY installation_overview ON unreadable_secrets FOR SELECT TO latchkey_system USING (true);
      -- The overview of keys names organisations.
      CREATE POLICY installation_overview ON organizations FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY purge_select ON usage_rollups FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY purge ON usage_rollups FOR DELETE TO latchkey_system USING (true);

      GRANT SELECT, INSERT, UPDATE ON key_rotations, usage_rollups, service_tokens TO latchkey_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON unreadable_secrets TO latchkey_app;
      GRANT SELECT ON key_rotations, unreadable_secrets TO latchkey_system;
      GRANT SELECT (id, name, slug) ON organizations TO latchkey_system;
      GRANT SELECT (created_at, retired_at) ON organization_keys TO latchkey_system;
      GRANT SELECT (bucket), DELETE ON usage_rollups TO latchkey_system;

      -- Replicas keep tokens and keys in memory for a short time; a change makes them forget. What a notice says is a kind
      -- and ids, separated by spaces. Of integrations and credentials, which change by the hundred in a second, the
      -- application tells after the commit: a commit that notifies waits for all others that do.
      CREATE FUNCTION latchkey_notify_service_token() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('latchkey_changes', 'service_token ' || OLD.organization_id || ' ' || OLD.id);
        RETURN NULL;
      END $$;
      CREATE FUNCTION latchkey_notify_key() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('latchkey_changes', 'organization_keys ' || coalesce(NEW.organization_id, OLD.organization_id));
        RETURN NULL;
      END $$;

      -- A secret that was entered anew, or is gone, is no longer one that cannot be opened.
      CREATE FUNCTION latchkey_forget_unreadable() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        DELETE FROM unreadable_secrets
        WHERE organization_id = OLD.organization_id AND table_name = TG_TABLE_NAME AND row_id = OLD.id;
        RETURN NULL;
      END $$;

      CREATE FUNCTION latchkey_notify_installation() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('latchkey_changes', 'installation');
        RETURN NULL;
      END $$;

      -- Rotation seals the same secrets anew, by the million, and says so: it keeps the list itself.
      CREATE TRIGGER mended AFTER UPDATE OF sealed, previous_sealed ON integration_credentials FOR EACH ROW
        WHEN (current_setting('app.rotating', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION latchkey_forget_unreadable();
      CREATE TRIGGER mended_by_removal AFTER DELETE ON integration_credentials FOR EACH ROW
        EXECUTE FUNCTION latchkey_forget_unreadable();
      CREATE TRIGGER changed AFTER UPDATE OF token_hash, previous_hash, previous_until, scopes, integration_ids,
          integration_type_ids, allowed_cidrs, expires_at, revoked_at ON service_tokens FOR EACH ROW
        EXECUTE FUNCTION latchkey_notify_service_token();
      CREATE TRIGGER changed AFTER INSERT OR DELETE ON organization_keys FOR EACH ROW
        EXECUTE FUNCTION latchkey_notify_key();
      CREATE TRIGGER changed AFTER UPDATE OF root_key_fingerprint ON installation FOR EACH ROW
        EXECUTE FUNCTION latchkey_notify_installation();
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER changed ON installation;
      DROP TRIGGER changed ON organization_keys;
      DROP POLICY root_rotation ON organization_keys;
      DROP TRIGGER mended ON integration_credentials;
      DROP TRIGGER mended_by_removal ON integration_credentials;
      DROP TABLE usage_rollups, service_tokens, unreadable_secrets, key_rotations;
      DROP FUNCTION latchkey_notify_service_token(), latchkey_notify_key(), latchkey_notify_installation(),
        latchkey_forget_unreadable();
      DROP POLICY installation_overview ON organizations;
      REVOKE SELECT (id, name, slug) ON organizations FROM latchkey_system;
      REVOKE SELECT (created_at, retired_at) ON organization_keys FROM latchkey_system;
      ALTER TABLE integration_credentials
        DROP CONSTRAINT integration_credentials_key_version,
        DROP CONSTRAINT integration_credentials_previous_key_version,
        DROP COLUMN previous_key_version,
        DROP COLUMN revision;
      DROP INDEX integration_credentials_key;
      ALTER TABLE installation DROP COLUMN token_key;
    `);
  }
}
