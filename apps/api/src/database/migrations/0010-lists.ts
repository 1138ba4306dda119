import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes of the list of integrations that serve its filters in its usual order, and the order by the last check in both
 * directions and from any place. They replace others of the same name: an older replica finds the same, more slowly.
 */
export class Lists1700000000010 implements MigrationInterface {
  name = 'Lists1700000000010';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX integrations_status, integrations_type, integrations_checked;
      CREATE INDEX integrations_status ON integrations (organization_id, status, created_at DESC, id DESC);
      CREATE INDEX integrations_type
        ON integrations (integration_type_id, organization_id, created_at DESC, id DESC);
      CREATE INDEX integrations_checked
        ON integrations (organization_id, coalesce(last_checked_at, '-infinity'), id);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP INDEX integrations_status, integrations_type, integrations_checked;
      CREATE INDEX integrations_checked ON integrations (organization_id, last_checked_at NULLS FIRST, id);
      CREATE INDEX integrations_status ON integrations (organization_id, status, created_at DESC);
      CREATE INDEX integrations_type ON integrations (integration_type_id, organization_id);
    `);
  }
}
