import type { MigrationInterface, QueryRunner } from 'typeorm';

const NIL = '00000000-0000-0000-0000-000000000000';

const PERMISSIONS: Record<string, string> = {
  'integrations:read': 'See integrations, their state, logs and health',
  'integrations:create': 'Add integrations and test unsaved ones',
  'integrations:update': 'Edit, enable and disable integrations',
  'integrations:delete': 'Delete integrations and their credentials',
  'integrations:test': 'Test a saved integration',
  'integrations:sync': 'Start a synchronisation',
  'integrations:bulk': 'Act on many integrations at once',
  'credentials:inspect': 'See which credentials are set, never their values',
  'credentials:update': 'Replace credentials',
  'repositories:read': 'See repositories and their channels',
  'repositories:manage': 'Map repositories to channels',
  'teams:manage': 'Create teams and manage their members',
  'members:manage': 'Invite, change and remove members',
  'roles:manage': 'Create and edit roles',
  'tokens:manage': 'Create and revoke service tokens',
  'audit:read': 'Read and verify the audit trail',
  'webhooks:manage': 'Manage webhook endpoints',
  'organization:update': 'Edit the organisation',
};

const READ = ['integrations:read', 'repositories:read'];
const WORK = [
  'integrations:create',
  'integrations:update',
  'integrations:test',
  'integrations:sync',
  'repositories:manage',
];
const CREDENTIALS = ['credentials:inspect', 'credentials:update'];
const TEAM = ['integrations:delete', 'integrations:bulk', 'teams:manage'];

const scoped = (names: string[], scope: string): [string, string][] => names.map((name) => [name, scope]);

/** The matrix of the contract's built-in roles: permission and scope. */
const ROLES: Record<string, { description: string; grants: [string, string][] }> = {
  org_admin: {
    description: 'Everything in the organisation',
    grants: scoped(Object.keys(PERMISSIONS), 'all'),
  },
  team_lead: {
    description: 'Works with every integration, manages those of their own teams',
    grants: [...scoped([...READ, ...WORK, ...CREDENTIALS], 'all'), ...scoped(TEAM, 'teams')],
  },
  developer: {
    description: 'Works with integrations, and with the credentials of those they made',
    grants: [...scoped([...READ, ...WORK], 'all'), ...scoped(CREDENTIALS, 'own')],
  },
  viewer: { description: 'Looks', grants: scoped(READ, 'all') },
};

/** Permissions and the built-in roles. */
export class BuiltInRoles1700000000002 implements MigrationInterface {
  name = 'BuiltInRoles1700000000002';

  async up(runner: QueryRunner): Promise<void> {
    // The owner is subject to the forced policies too, and no policy lets it write the nil organisation.
    await runner.query('ALTER TABLE roles NO FORCE ROW LEVEL SECURITY');
    await runner.query('ALTER TABLE role_permissions NO FORCE ROW LEVEL SECURITY');
    for (const [name, description] of Object.entries(PERMISSIONS)) {
      await runner.query('INSERT INTO permissions (name, description) VALUES ($1, $2)', [name, description]);
    }
    for (const [role, { description, grants }] of Object.entries(ROLES)) {
      await runner.query('INSERT INTO roles (organization_id, name, description) VALUES ($1, $2, $3)', [
        NIL,
        role,
        description,
      ]);
      for (const [permission, scope] of grants) {
        await runner.query(
          'INSERT INTO role_permissions (organization_id, role, permission, scope) VALUES ($1, $2, $3, $4)',
          [NIL, role, permission, scope],
        );
      }
    }
    await runner.query('ALTER TABLE roles FORCE ROW LEVEL SECURITY');
    await runner.query('ALTER TABLE role_permissions FORCE ROW LEVEL SECURITY');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('TRUNCATE role_permissions, roles, permissions');
  }
}
