import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fill, type Operation, readOperations } from './support/document.js';
import { type Account, TestApp } from './support/test-app.js';

type Role = 'org_admin' | 'team_lead' | 'developer' | 'viewer';

const EVERYBODY: Role[] = ['org_admin', 'team_lead', 'developer', 'viewer'];
const WORKERS: Role[] = ['org_admin', 'team_lead', 'developer'];
const LEADS: Role[] = ['org_admin', 'team_lead'];
const ADMINS: Role[] = ['org_admin'];

/** The contract's matrix, in any scope: who passes the guard of a route that asks for the permission. */
const MATRIX: Record<string, Role[]> = {
  'integrations:read': EVERYBODY,
  'repositories:read': EVERYBODY,
  'integrations:create': WORKERS,
  'integrations:update': WORKERS,
  'integrations:test': WORKERS,
  'integrations:sync': WORKERS,
  'repositories:manage': WORKERS,
  'credentials:inspect': WORKERS,
  'credentials:update': WORKERS,
  'integrations:delete': LEADS,
  'integrations:bulk': LEADS,
  'teams:manage': LEADS,
  'members:manage': ADMINS,
  'roles:manage': ADMINS,
  'tokens:manage': ADMINS,
  'audit:read': ADMINS,
  'webhooks:manage': ADMINS,
  'organization:update': ADMINS,
};

let testApp: TestApp;
let operations: Operation[];
let superAdmin: Account;
let owner: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  superAdmin = await testApp.account();
  owner = await testApp.account();
  operations = (await readOperations(testApp)).filter(({ permission }) => permission !== 'public');
});

afterAll(() => testApp.close());

/** With an id that nobody has and no body: whom the guard lets through meets 400 or 404, or an empty list. */
const call = (account: Account, { method, path }: Operation) =>
  testApp.http[method](fill(path)).set('authorization', `Bearer ${account.accessToken}`);

const withPermission = (): (Operation & { permission: string })[] =>
  operations.filter(
    (o): o is Operation & { permission: string } =>
      o.permission!.includes(':') && !o.permission!.startsWith('scope '),
  );

const deniedOf = async (account: Account): Promise<unknown[]> =>
  testApp.sql(
    `SELECT metadata ->> 'permission' AS permission, outcome, resource_type FROM audit_logs
     WHERE action = 'access.denied' AND actor_id = $1 AND resource_type = 'permission' ORDER BY sequence`,
    [account.userId],
  );

describe('the built-in roles', () => {
  it('have the permissions of the contract and no others', async () => {
    const rows = await testApp.sql<{ permission: string; roles: Role[] }>(
      `SELECT permission, array_agg(role) AS roles FROM role_permissions GROUP BY permission`,
    );

    const stored = Object.fromEntries(rows.map(({ permission, roles }) => [permission, roles.toSorted()]));
    const wanted = Object.entries(MATRIX).map(([permission, roles]) => [permission, roles.toSorted()]);
    expect(stored).toEqual(Object.fromEntries(wanted));
  });

  it.each(EVERYBODY)(
    '%s passes where the matrix says so, and is refused with FORBIDDEN elsewhere',
    async (role) => {
      const account = role === 'org_admin' ? owner : await testApp.member(owner.organizationId, role);
      const denied: string[] = [];
      for (const operation of withPermission()) {
        const { status, body } = await call(account, operation);

        const allowed = MATRIX[operation.permission]!.includes(role);
        const outcome = status === 401 || status === 403 ? body.error.code : 'passed';
        expect([operation.route, outcome]).toEqual([operation.route, allowed ? 'passed' : 'FORBIDDEN']);
        expect(status).toBeLessThan(500);
        if (allowed) continue;
        expect(body.error.message).toContain(operation.permission);
        denied.push(operation.permission);
      }

      expect(await deniedOf(account)).toEqual(
        denied.map((permission) => ({ permission, outcome: 'blocked', resource_type: 'permission' })),
      );
    },
  );

  it('a role that does not exist passes nowhere', async () => {
    const account = await testApp.member(owner.organizationId, 'no_such_role');
    for (const operation of withPermission()) {
      expect([operation.route, (await call(account, operation)).status]).toEqual([operation.route, 403]);
    }
  });

  it('a person without an organisation passes nowhere, and every refusal is recorded', async () => {
    const { body } = await testApp.http
      .post('/api/v1/auth/register')
      .send({ email: 'alone@example.com', password: 'winter tram pencil 42', full_name: 'Alone' })
      .expect(201);
    const account = { userId: body.data.user.id, accessToken: body.data.tokens.access_token } as Account;
    for (const operation of withPermission()) {
      const answer = await call(account, operation);

      expect([operation.route, answer.body.error?.code]).toEqual([operation.route, 'FORBIDDEN']);
    }
    expect(await deniedOf(account)).toHaveLength(withPermission().length);
  });
});

describe('routes of the super admin', () => {
  it('refuse the admin of an organisation and let the super admin in', async () => {
    const routes = operations.filter(({ permission }) => permission === 'super_admin');
    expect(routes.length).toBeGreaterThan(0);
    for (const operation of routes) {
      const refused = await call(owner, operation);
      expect([operation.route, refused.body.error?.code]).toEqual([operation.route, 'FORBIDDEN']);
      const { status } = await call(superAdmin, operation);
      expect([operation.route, [401, 403].includes(status)]).toEqual([operation.route, false]);
    }
  });

  it('give the super admin nothing of an organisation that is not theirs', async () => {
    await testApp.sql('DELETE FROM organization_members WHERE user_id = $1', [superAdmin.userId]);
    testApp.clock.advance(1000);
    for (const operation of withPermission()) {
      expect([operation.route, (await call(superAdmin, operation)).status]).toEqual([operation.route, 403]);
    }
  });
});
