import type { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT_TABLES = [
  'token_events',
  'oauth_states',
  'connected_accounts',
  'selected_resources',
  'github_apps',
  'repositories',
  'repository_syncs',
  'repository_slack_channels',
  'inbound_deliveries',
  'bulk_operations',
  'bulk_operation_items',
];

/** Tables with a time per month or day that grow for ever, and how they are cut. */
const maintenance = (tables: string): string => `
  CREATE OR REPLACE FUNCTION latchkey_maintain_partitions(retention_days integer) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
  DECLARE
    parent text;
    span interval;
    first timestamptz;
    part record;
  BEGIN
    IF retention_days < 1 THEN RAISE EXCEPTION 'retention_days must be at least 1'; END IF;
    PERFORM pg_advisory_xact_lock(7310245001);
    FOREACH parent IN ARRAY ARRAY[${tables}] LOOP
      span := CASE parent WHEN 'health_checks' THEN interval '1 day' ELSE interval '1 month' END;
      first := date_trunc(CASE parent WHEN 'health_checks' THEN 'day' ELSE 'month' END, now()) - span;
      FOR step IN 0..(CASE parent WHEN 'health_checks' THEN 9 ELSE 4 END) LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.%I FOR VALUES FROM (%L) TO (%L)',
          parent || '_' || to_char(first + step * span, 'YYYYMMDD'), parent,
          first + step * span, first + (step + 1) * span);
      END LOOP;
      IF parent <> 'audit_logs' THEN
        FOR part IN
          SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
          WHERE i.inhparent = ('public.' || parent)::regclass
        LOOP
          -- Not in the query's condition, where it would be tried on the names of other tables too.
          IF to_timestamp(right(part.relname, 8), 'YYYYMMDD') + span < now() - make_interval(days => retention_days) THEN
            EXECUTE format('DROP TABLE public.%I', part.relname);
          END IF;
        END LOOP;
      END IF;
    END LOOP;
  END $$;`;

/**
 * Connecting by OAuth, refresh, the GitHub App, Slack, and work on many integrations at once.
 *
 * Expands only: a replica of the version before keeps working on it.
 */
export class Connect1700000000008 implements MigrationInterface {
  name = 'Connect1700000000008';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- When the token is to be refreshed next; NULL for what is not refreshed.
      ALTER TABLE integration_credentials ADD COLUMN refresh_at timestamptz,
        -- Until then the schedule of some replica has it; how the refresh ends clears it.
        ADD COLUMN refresh_claimed_until timestamptz;
      CREATE INDEX integration_credentials_refresh ON integration_credentials (refresh_at) WHERE refresh_at IS NOT NULL;

      -- The history of tokens: each refresh, each failure, each consent.
      CREATE TABLE token_events (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        integration_id uuid NOT NULL,
        at timestamptz NOT NULL,
        kind text NOT NULL CHECK (kind IN ('connected', 'refreshed', 'refresh_failed', 'refused', 'revoked')),
        -- Why it happened: the schedule, somebody's use, a refusal by the service, a person.
        cause text NOT NULL CHECK (cause IN ('schedule', 'use', 'refusal', 'person', 'recovery')),
        message text NOT NULL,
        error_code text,
        duration_ms integer,
        expires_at timestamptz,
        PRIMARY KEY (organization_id, id, at),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      ) PARTITION BY RANGE (at);
      CREATE INDEX token_events_page ON token_events (organization_id, integration_id, at DESC, id DESC);

      -- Flows that a browser is on. Nothing in it opens anything: the state and the cookie are hashed, and the PKCE
      -- verifier is derived from both.
      CREATE TABLE oauth_states (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        id uuid NOT NULL,
        state_hash bytea NOT NULL,
        browser_hash bytea NOT NULL,
        user_id uuid NOT NULL,
        -- The session it was begun in: a flow does not outlive it.
        session_id uuid NOT NULL,
        purpose text NOT NULL CHECK (purpose IN ('connect', 'github_app_manifest', 'github_app_install', 'github_app_claim')),
        integration_id uuid,
        -- What the flow needs when the browser comes back (scopes asked for, popup or page); never a secret.
        details jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, user_id)
          REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE,
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );
      CREATE UNIQUE INDEX oauth_states_hash ON oauth_states (organization_id, state_hash);
      CREATE INDEX oauth_states_user ON oauth_states (organization_id, user_id);
      CREATE INDEX oauth_states_integration ON oauth_states (organization_id, integration_id);
      CREATE INDEX oauth_states_age ON oauth_states (created_at);

      -- Whom an integration speaks for at the provider, by the name that the provider's webhooks use: an installation of
      -- a GitHub App, a Slack workspace.
      CREATE TABLE connected_accounts (
        organization_id uuid NOT NULL,
        integration_id uuid NOT NULL,
        provider text NOT NULL CHECK (provider IN ('github', 'slack')),
        -- The App at the provider: 'installation' for the one this installation was given, else what tells it apart.
        app_key text NOT NULL,
        external_id text NOT NULL,
        name text NOT NULL,
        details jsonb NOT NULL DEFAULT '{}',
        suspended_at timestamptz,
        removed_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, integration_id),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );
      -- An installation of a GitHub App is one integration; a Slack workspace may be reached by several.
      CREATE UNIQUE INDEX connected_accounts_once
        ON connected_accounts (organization_id, provider, app_key, external_id) WHERE provider = 'github';
      CREATE INDEX connected_accounts_external ON connected_accounts (provider, external_id);

      -- What of an account's projects, teams or sites somebody chose.
      CREATE TABLE selected_resources (
        organization_id uuid NOT NULL,
        integration_id uuid NOT NULL,
        kind text NOT NULL,
        resource_id text NOT NULL,
        name text NOT NULL,
        details jsonb NOT NULL DEFAULT '{}',
        selected_by uuid REFERENCES users (id) ON DELETE SET NULL,
        selected_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, integration_id, kind, resource_id),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX selected_resources_selector ON selected_resources (selected_by);

      -- GitHub Apps that an organisation brought or made; the one of the installation comes from the environment.
      CREATE TABLE github_apps (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        id uuid NOT NULL,
        app_id text NOT NULL,
        slug text NOT NULL,
        name text NOT NULL,
        client_id text NOT NULL,
        owner_login text,
        -- Its page; where it is installed from.
        html_url text NOT NULL,
        web_url text NOT NULL,
        api_url text NOT NULL,
        -- Private key, client secret and webhook secret.
        sealed bytea NOT NULL,
        key_version integer NOT NULL,
        -- How its webhook does: the address GitHub has, when that was looked at, what was wrong.
        hook jsonb NOT NULL DEFAULT '{}',
        hook_check_at timestamptz,
        created_by uuid REFERENCES users (id) ON DELETE SET NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id),
        CONSTRAINT github_apps_key_version FOREIGN KEY (organization_id, key_version)
          REFERENCES organization_keys (organization_id, version) DEFERRABLE INITIALLY DEFERRED
      );
      CREATE UNIQUE INDEX github_apps_once ON github_apps (organization_id, api_url, app_id);
      CREATE INDEX github_apps_key ON github_apps (organization_id, key_version, id);
      CREATE INDEX github_apps_creator ON github_apps (created_by);
      CREATE INDEX github_apps_due ON github_apps (hook_check_at) WHERE hook_check_at IS NOT NULL;
      CREATE TRIGGER mended AFTER UPDATE OF sealed ON github_apps FOR EACH ROW
        WHEN (current_setting('app.rotating', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION latchkey_forget_unreadable();
      CREATE TRIGGER mended_by_removal AFTER DELETE ON github_apps FOR EACH ROW
        EXECUTE FUNCTION latchkey_forget_unreadable();

      -- The same of the installation's App, which is in the environment.
      ALTER TABLE installation ADD COLUMN github_app_hook jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN github_app_hook_check_at timestamptz;

      CREATE TABLE repositories (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        integration_id uuid NOT NULL,
        github_id bigint NOT NULL,
        full_name text NOT NULL,
        default_branch text,
        visibility text NOT NULL CHECK (visibility IN ('public', 'private', 'internal')),
        archived boolean NOT NULL DEFAULT false,
        html_url text NOT NULL,
        settings jsonb NOT NULL DEFAULT '{}',
        synced_at timestamptz NOT NULL,
        -- It is no longer reached; its mappings are kept in case it comes back.
        removed_at timestamptz,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );
      CREATE UNIQUE INDEX repositories_once ON repositories (organization_id, integration_id, github_id);
      CREATE INDEX repositories_page ON repositories (organization_id, integration_id, full_name COLLATE "C", id);

      CREATE TABLE repository_syncs (
        organization_id uuid NOT NULL,
        integration_id uuid NOT NULL,
        state text NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed')),
        -- Another one was asked for while this one ran.
        again boolean NOT NULL DEFAULT false,
        total integer,
        done integer NOT NULL DEFAULT 0,
        added integer NOT NULL DEFAULT 0,
        changed integer NOT NULL DEFAULT 0,
        removed integer NOT NULL DEFAULT 0,
        error text,
        lease_token uuid,
        lease_until timestamptz,
        requested_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        PRIMARY KEY (organization_id, integration_id),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );

      CREATE TABLE repository_slack_channels (
        organization_id uuid NOT NULL,
        repository_id uuid NOT NULL,
        channel_id text NOT NULL,
        -- The Slack integration that reaches the channel.
        integration_id uuid NOT NULL,
        channel_name text NOT NULL,
        -- Why nothing can be posted there any more; it is kept in case that ends.
        problem text CHECK (problem IN ('archived', 'unreachable')),
        settings jsonb NOT NULL DEFAULT '{}',
        mapped_by uuid REFERENCES users (id) ON DELETE SET NULL,
        mapped_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, repository_id, channel_id),
        FOREIGN KEY (organization_id, repository_id) REFERENCES repositories (organization_id, id) ON DELETE CASCADE,
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );
      CREATE INDEX repository_slack_channels_integration
        ON repository_slack_channels (organization_id, integration_id);
      CREATE INDEX repository_slack_channels_mapper ON repository_slack_channels (mapped_by);

      -- What providers sent, each once. Of the body only what the work needs is kept: names and ids.
      CREATE TABLE inbound_deliveries (
        organization_id uuid NOT NULL,
        source text NOT NULL CHECK (source IN ('github', 'slack')),
        -- With the App it was sent for: ids are the provider's.
        delivery_id text NOT NULL,
        event text NOT NULL,
        action text,
        details jsonb NOT NULL DEFAULT '{}',
        received_at timestamptz NOT NULL,
        processed_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        error text,
        PRIMARY KEY (organization_id, source, delivery_id)
      );
      CREATE INDEX inbound_deliveries_age ON inbound_deliveries (received_at);

      CREATE TABLE bulk_operations (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        id uuid NOT NULL,
        action text NOT NULL CHECK (action IN ('test', 'refresh_tokens', 'enable', 'disable', 'delete', 'set_teams')),
        parameters jsonb NOT NULL DEFAULT '{}',
        status text NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'cancelled', 'failed')),
        total integer NOT NULL,
        done integer NOT NULL DEFAULT 0,
        failed integer NOT NULL DEFAULT 0,
        skipped integer NOT NULL DEFAULT 0,
        lease_token uuid,
        lease_until timestamptz,
        created_by uuid NOT NULL,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        PRIMARY KEY (organization_id, id)
      );
      CREATE INDEX bulk_operations_page ON bulk_operations (organization_id, created_at DESC, id DESC);
      CREATE INDEX bulk_operations_age ON bulk_operations (created_at);
      CREATE INDEX bulk_operations_open ON bulk_operations (created_at)
        WHERE status IN ('queued', 'running') OR lease_token IS NOT NULL;

      -- The integration may be deleted by the operation itself, so its name is kept and nothing refers to it.
      CREATE TABLE bulk_operation_items (
        organization_id uuid NOT NULL,
        operation_id uuid NOT NULL,
        integration_id uuid NOT NULL,
        name text NOT NULL,
        status text NOT NULL CHECK (status IN ('queued', 'running', 'done', 'failed', 'skipped')),
        message text,
        -- Of the lease under which it was begun: no other can finish it.
        lease_token uuid,
        finished_at timestamptz,
        PRIMARY KEY (organization_id, operation_id, integration_id),
        FOREIGN KEY (organization_id, operation_id) REFERENCES bulk_operations (organization_id, id) ON DELETE CASCADE
      );

      -- What was tried to mend an integration, among its thousands of checks.
      CREATE INDEX integration_logs_recoveries ON integration_logs (organization_id, integration_id, created_at DESC)
        WHERE action = 'recovery_attempted';

      ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
      ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
        CHECK (kind IN ('integration.failed', 'integration.recovered', 'integration.needs_reauth'));
    `);
    for (const table of TENANT_TABLES) {
      await runner.query(`
        ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
        CREATE POLICY tenant ON ${table} TO latchkey_app
          USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      `);
    }
    await runner.query(`
      GRANT SELECT, INSERT ON token_events TO latchkey_app;
      GRANT SELECT, INSERT, UPDATE, DELETE ON oauth_states, connected_accounts, selected_resources, github_apps,
        repositories, repository_syncs, repository_slack_channels, inbound_deliveries, bulk_operations,
        bulk_operation_items TO latchkey_app;

      -- Finds what is due and whom a delivery concerns, in every organisation, and sees nothing else of it.
      CREATE POLICY due_refresh ON integration_credentials FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY due_refresh_claim ON integration_credentials FOR UPDATE TO latchkey_system
        USING (true) WITH CHECK (true);
      CREATE POLICY due_hooks ON github_apps FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY addressee ON connected_accounts FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY due_syncs ON repository_syncs FOR SELECT TO latchkey_system USING (true);
      GRANT SELECT (organization_id, integration_id, refresh_at, refresh_claimed_until, refresh_failures, lease_until)
        ON integration_credentials TO latchkey_system;
      GRANT UPDATE (refresh_claimed_until) ON integration_credentials TO latchkey_system;
      GRANT SELECT (status, integration_type_id) ON integrations TO latchkey_system;
      GRANT SELECT (organization_id, id, hook_check_at) ON github_apps TO latchkey_system;
      GRANT SELECT (organization_id, integration_id, state, lease_until, requested_at, finished_at)
        ON repository_syncs TO latchkey_system;
      GRANT SELECT (organization_id, integration_id, provider, app_key, external_id)
        ON connected_accounts TO latchkey_system;

      CREATE POLICY purge_select ON oauth_states FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY purge ON oauth_states FOR DELETE TO latchkey_system USING (true);
      CREATE POLICY purge_select ON inbound_deliveries FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY purge ON inbound_deliveries FOR DELETE TO latchkey_system USING (true);
      CREATE POLICY open_bulk ON bulk_operations FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY purge ON bulk_operations FOR DELETE TO latchkey_system USING (true);
      GRANT SELECT (created_at), DELETE ON oauth_states TO latchkey_system;
      GRANT SELECT (organization_id, id, status, lease_token, lease_until, created_at), DELETE
        ON bulk_operations TO latchkey_system;
      GRANT SELECT (received_at), DELETE ON inbound_deliveries TO latchkey_system;
      ${maintenance("'audit_logs', 'integration_logs', 'token_events', 'health_checks'")}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${maintenance("'audit_logs', 'integration_logs', 'health_checks'")}
      ALTER TABLE notifications DROP CONSTRAINT notifications_kind_check;
      DELETE FROM notifications WHERE kind = 'integration.needs_reauth';
      ALTER TABLE notifications ADD CONSTRAINT notifications_kind_check
        CHECK (kind IN ('integration.failed', 'integration.recovered'));
      ALTER TABLE installation DROP COLUMN github_app_hook, DROP COLUMN github_app_hook_check_at;
      DROP TABLE bulk_operation_items, bulk_operations, inbound_deliveries, repository_slack_channels,
        repository_syncs, repositories, github_apps, selected_resources, connected_accounts, oauth_states, token_events;
      DROP INDEX integration_logs_recoveries;
      DROP POLICY due_refresh ON integration_credentials;
      DROP POLICY due_refresh_claim ON integration_credentials;
      REVOKE SELECT (organization_id, integration_id, refresh_at, refresh_failures, lease_until)
        ON integration_credentials FROM latchkey_system;
      REVOKE SELECT (status, integration_type_id) ON integrations FROM latchkey_system;
      DROP INDEX integration_credentials_refresh;
      ALTER TABLE integration_credentials DROP COLUMN refresh_at, DROP COLUMN refresh_claimed_until;
    `);
  }
}
