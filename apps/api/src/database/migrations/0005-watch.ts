import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the watch writes: checks, incidents, the activity log and notifications. */
export class Watch1700000000005 implements MigrationInterface {
  name = 'Watch1700000000005';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE health_checks (
        organization_id uuid NOT NULL,
        integration_id uuid NOT NULL,
        at timestamptz NOT NULL,
        ok boolean NOT NULL,
        response_ms integer,
        error_code text,
        PRIMARY KEY (organization_id, integration_id, at),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      ) PARTITION BY RANGE (at);

      CREATE TABLE integration_logs (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        integration_id uuid NOT NULL,
        action text NOT NULL,
        status text NOT NULL CHECK (status IN ('success', 'failure', 'warning')),
        message text NOT NULL,
        metadata jsonb NOT NULL DEFAULT '{}',
        duration_ms integer,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id, created_at),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      ) PARTITION BY RANGE (created_at);
      CREATE INDEX integration_logs_page
        ON integration_logs (organization_id, integration_id, created_at DESC, id DESC);

      CREATE TABLE incidents (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        integration_id uuid NOT NULL,
        opened_at timestamptz NOT NULL,
        acknowledged_at timestamptz,
        resolved_at timestamptz,
        error_code text NOT NULL,
        message text NOT NULL,
        PRIMARY KEY (organization_id, id),
        FOREIGN KEY (organization_id, integration_id) REFERENCES integrations (organization_id, id) ON DELETE CASCADE
      );
      CREATE UNIQUE INDEX incidents_open ON incidents (organization_id, integration_id) WHERE resolved_at IS NULL;
      CREATE INDEX incidents_page ON incidents (organization_id, integration_id, opened_at DESC);

      CREATE TABLE notifications (
        organization_id uuid NOT NULL,
        id uuid NOT NULL,
        user_id uuid NOT NULL,
        event_id uuid NOT NULL,
        kind text NOT NULL CHECK (kind IN ('integration.failed', 'integration.recovered')),
        title text NOT NULL,
        message text NOT NULL,
        integration_id uuid,
        read_at timestamptz,
        mailed_at timestamptz,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (organization_id, id),
        UNIQUE (organization_id, event_id, user_id),
        FOREIGN KEY (organization_id, user_id)
          REFERENCES organization_members (organization_id, user_id) ON DELETE CASCADE,
        FOREIGN KEY (organization_id, integration_id)
          REFERENCES integrations (organization_id, id) ON DELETE SET NULL (integration_id)
      );
      CREATE INDEX notifications_page ON notifications (organization_id, user_id, created_at DESC, id DESC);
      CREATE INDEX notifications_unread ON notifications (organization_id, user_id) WHERE read_at IS NULL;
      CREATE INDEX notifications_integration ON notifications (organization_id, integration_id);
      CREATE INDEX notifications_age ON notifications (created_at);

      ALTER TABLE health_checks ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE integration_logs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE incidents ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE notifications ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;

      CREATE POLICY tenant ON health_checks TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON integration_logs TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON incidents TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON notifications TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY purge_select ON notifications FOR SELECT TO latchkey_system USING (true);
      CREATE POLICY purge ON notifications FOR DELETE TO latchkey_system USING (true);

      GRANT SELECT, INSERT ON health_checks, integration_logs TO latchkey_app;
      GRANT SELECT, INSERT, UPDATE ON incidents, notifications TO latchkey_app;
      GRANT SELECT (created_at), DELETE ON notifications TO latchkey_system;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE notifications, incidents, integration_logs, health_checks');
  }
}
