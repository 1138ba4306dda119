import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The append-only trail, and the upkeep of every table that is partitioned by time. */
export class Audit1700000000006 implements MigrationInterface {
  name = 'Audit1700000000006';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- No foreign key to organizations: the trail outlives what it tells of.
      CREATE TABLE audit_logs (
        organization_id uuid NOT NULL,
        sequence bigint NOT NULL,
        id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        actor_type text NOT NULL CHECK (actor_type IN ('user', 'service_token', 'system', 'anonymous')),
        actor_id uuid,
        action text NOT NULL,
        resource_type text NOT NULL,
        resource_id uuid,
        outcome text NOT NULL CHECK (outcome IN ('success', 'failure', 'blocked')),
        ip text,
        user_agent text,
        request_id text,
        metadata jsonb NOT NULL DEFAULT '{}',
        previous_hash bytea NOT NULL,
        hash bytea NOT NULL,
        PRIMARY KEY (organization_id, sequence, created_at)
      ) PARTITION BY RANGE (created_at);
      CREATE INDEX audit_logs_page ON audit_logs (organization_id, created_at DESC, id DESC);
      CREATE INDEX audit_logs_action ON audit_logs (organization_id, action, created_at DESC);

      -- The head of each organisation's chain.
      CREATE TABLE audit_chains (
        organization_id uuid PRIMARY KEY,
        sequence bigint NOT NULL,
        hash bytea NOT NULL
      );

      ALTER TABLE audit_logs ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ALTER TABLE audit_chains ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY tenant ON audit_logs TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());
      CREATE POLICY tenant ON audit_chains TO latchkey_app
        USING (organization_id = current_organization()) WITH CHECK (organization_id = current_organization());

      GRANT SELECT, INSERT ON audit_logs TO latchkey_app;
      GRANT SELECT, INSERT, UPDATE ON audit_chains TO latchkey_app;

      -- Makes the partitions that will be needed and drops those past their time. It runs as the owner, since
      -- the application owns nothing; it takes no name from its caller. The audit trail is never dropped.
      CREATE FUNCTION latchkey_maintain_partitions(retention_days integer) RETURNS void
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' AS $$
      DECLARE
        parent text;
        span interval;
        first timestamptz;
        part record;
      BEGIN
        IF retention_days < 1 THEN RAISE EXCEPTION 'retention_days must be at least 1'; END IF;
        PERFORM pg_advisory_xact_lock(7310245001);
        FOREACH parent IN ARRAY ARRAY['audit_logs', 'integration_logs', 'health_checks'] LOOP
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
      END $$;
      REVOKE ALL ON FUNCTION latchkey_maintain_partitions(integer) FROM PUBLIC;
      GRANT EXECUTE ON FUNCTION latchkey_maintain_partitions(integer) TO latchkey_app;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION latchkey_maintain_partitions(integer);
      DROP TABLE audit_chains, audit_logs;
    `);
  }
}
