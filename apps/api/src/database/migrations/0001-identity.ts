import type { MigrationInterface, QueryRunner } from 'typeorm';

/** People, organisations, roles and sessions. */
export class Identity1700000000001 implements MigrationInterface {
  name = 'Identity1700000000001';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE EXTENSION IF NOT EXISTS citext;

      -- After a transaction the setting reads as '' rather than NULL, hence nullif.
      CREATE FUNCTION current_organization() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
        AS $$ SELECT nullif(current_setting('app.organization_id', true), '')::uuid $$;
      CREATE FUNCTION current_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
        AS $$ SELECT nullif(current_setting('app.user_id', true), '')::uuid $$;

      CREATE TABLE users (
        id uuid PRIMARY KEY,
        email citext NOT NULL UNIQUE,
        password_hash text,
        full_name text NOT NULL,
        avatar_url text,
        is_active boolean NOT NULL DEFAULT true,
        email_verified boolean NOT NULL DEFAULT false,
        is_super_admin boolean NOT NULL DEFAULT false,
        last_login_at timestamptz,
        preferences jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE organizations (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        slug text NOT NULL UNIQUE,
        plan text NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'pro', 'enterprise')),
        settings jsonb NOT NULL DEFAULT '{}',
        github_org_id text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      );

      CREATE TABLE permissions (
        name text PRIMARY KEY,
        description text NOT NULL
      );

      -- Built-in roles belong to the nil organisation and are seen by every other.
      CREATE TABLE roles (
        organization_id uuid NOT NULL,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, name)
      );

      CREATE TABLE role_permissions (
        organization_id uuid NOT NULL,
        role text NOT NULL,
        permission text NOT NULL REFERENCES permissions (name),
        scope text NOT NULL DEFAULT 'all' CHECK (scope IN ('all', 'teams', 'own')),
        PRIMARY KEY (organization_id, role, permission),
        FOREIGN KEY (organization_id, role) REFERENCES roles (organization_id, name) ON DELETE CASCADE
      );
      CREATE INDEX role_permissions_permission ON role_permissions (permission);

      CREATE TABLE organization_members (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        role text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, user_id)
      );
      CREATE INDEX organization_members_user ON organization_members (user_id);

      CREATE TABLE teams (
        organization_id uuid NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
        id uuid NOT NULL,
        name text NOT NULL,
        description text NOT NULL DEFAULT '',
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, id),
        UNIQUE (organization_id, name)
      );

      CREATE TABLE team_members (
        organization_id uuid NOT NULL,
        team_id uuid NOT NULL,
        user_id uuid NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (organization_id, team_id, user_id),
        FOREIGN KEY (organization_id, team_id) REFERENCES teams (organization_id, id) ON DELETE CASCADE,
        FOREIGN KEY (organization_id, user_id)
          REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE
      );
      CREATE INDEX team_members_user ON team_members (organization_id, user_id);

      -- One row is one sign-in; its id is the token family and the sid of its access tokens.
      CREATE TABLE user_sessions (
        id uuid PRIMARY KEY,
        user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
        organization_id uuid REFERENCES organizations (id) ON DELETE SET NULL,
        ip text,
        user_agent text,
        created_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_reason text,
        CONSTRAINT valid_expiry CHECK (expires_at > created_at)
      );
      CREATE INDEX user_sessions_user ON user_sessions (user_id);
      CREATE INDEX user_sessions_organization ON user_sessions (organization_id);
      CREATE INDEX user_sessions_expiry ON user_sessions (expires_at);

      -- Every refresh token of the family, used ones too: a used one that comes back gives a theft away.
      CREATE TABLE refresh_tokens (
        token_hash bytea PRIMARY KEY,
        session_id uuid NOT NULL REFERENCES user_sessions (id) ON DELETE CASCADE,
        created_at timestamptz NOT NULL,
        used_at timestamptz,
        used_by_ip text,
        used_by_user_agent text
      );
      CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

      CREATE TABLE failed_login_attempts (
        id uuid PRIMARY KEY,
        email citext NOT NULL,
        ip text,
        attempted_at timestamptz NOT NULL
      );
      CREATE INDEX failed_login_attempts_email ON failed_login_attempts (email, attempted_at);
      CREATE INDEX failed_login_attempts_ip ON failed_login_attempts (ip, attempted_at);

      -- The table of rate-limiter-flexible's PostgreSQL store.
      CREATE UNLOGGED TABLE rate_limits (
        key text PRIMARY KEY,
        points integer NOT NULL DEFAULT 0,
        expire bigint
      );

      ALTER TABLE organizations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE organization_members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE roles ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE role_permissions ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE teams ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE team_members ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

      CREATE POLICY tenant ON organizations TO latchkey_app
        USING (id = current_organization()) WITH CHECK (id = current_organization());
      CREATE POLICY tenant ON organization_members TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY own_memberships ON organization_members FOR SELECT TO latchkey_app
        USING (user_id = current_person());
      CREATE POLICY own_organizations ON organizations FOR SELECT TO latchkey_app
        USING (id IN (SELECT m.organization_id FROM organization_members m WHERE m.user_id = current_person()));
      CREATE POLICY tenant ON teams TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON team_members TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON roles TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY built_in ON roles FOR SELECT TO latchkey_app
        USING (organization_id = '00000000-0000-0000-0000-000000000000');
      CREATE POLICY tenant ON role_permissions TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY built_in ON role_permissions FOR SELECT TO latchkey_app
        USING (organization_id = '00000000-0000-0000-0000-000000000000');

      GRANT SELECT, INSERT, UPDATE, DELETE ON users, organizations, organization_members, roles, role_permissions,
        teams, team_members, user_sessions, refresh_tokens, failed_login_attempts, rate_limits TO latchkey_app;
      GRANT SELECT ON permissions TO latchkey_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TABLE rate_limits, failed_login_attempts, refresh_tokens, user_sessions, team_members, teams,
        organization_members, role_permissions, roles, permissions, organizations, users CASCADE;
      DROP FUNCTION current_organization(), current_person();
    `);
  }
}
