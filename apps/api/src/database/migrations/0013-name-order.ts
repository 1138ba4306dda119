import type { MigrationInterface, QueryRunner } from 'typeorm';

const remade = (and: string): string => `
  DROP INDEX integrations_name;
  CREATE INDEX integrations_name ON integrations (organization_id, name COLLATE "C", id) ${and};`;

/**
 * The order of names knows of types, which never change: names begin with what they are of, as a rule, so that a list of some
 * types by name reads past thousands of others before it finds its first.
 */
export class NameOrder1700000000013 implements MigrationInterface {
  name = 'NameOrder1700000000013';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(remade('INCLUDE (integration_type_id)'));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(remade(''));
  }
}
