import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { SCOPES } from '../src/access/service-token.dto.js';
import { fill, type Operation, readOperations, servedRoutes } from './support/document.js';
import { TestApp } from './support/test-app.js';

/** What each route asks for, as in the contract. Whoever adds a route adds it here, a public one with its reason in review. */
const PERMISSIONS: Record<string, string> = {
  'GET /health/live': 'public',
  'GET /health/ready': 'public',
  'GET /api/v1/installation': 'public',
  'GET /api/v1/integration-types/{type_id}/logo': 'public',
  'POST /api/v1/auth/login': 'public',
  'POST /api/v1/auth/refresh-token': 'public',
  'POST /api/v1/auth/register': 'public',
  'GET /api/v1/auth/me': 'own',
  'POST /api/v1/auth/logout': 'own',
  'GET /api/v1/permissions': 'own',
  'GET /api/v1/notifications': 'own',
  'POST /api/v1/notifications/read-all': 'own',
  'POST /api/v1/notifications/{id}/read': 'own',
  'GET /api/v1/admin/keys': 'super_admin',
  'GET /api/v1/admin/keys/rotations/{id}': 'super_admin',
  'GET /api/v1/admin/keys/unreadable': 'super_admin',
  'POST /api/v1/admin/keys/retire': 'super_admin',
  'POST /api/v1/admin/keys/rotate': 'super_admin',
  'POST /api/v1/admin/keys/rotations/{id}/pause': 'super_admin',
  'POST /api/v1/admin/keys/rotations/{id}/resume': 'super_admin',
  'POST /api/v1/admin/keys/verify': 'super_admin',
  'GET /api/v1/organizations/{id}': 'own',
  'PATCH /api/v1/organizations/{id}': 'organization:update',
  'GET /api/v1/service-tokens': 'tokens:manage',
  'POST /api/v1/service-tokens': 'tokens:manage',
  'GET /api/v1/service-tokens/{id}': 'tokens:manage',
  'POST /api/v1/service-tokens/{id}/rotate': 'tokens:manage',
  'DELETE /api/v1/service-tokens/{id}': 'tokens:manage',
  'GET /api/v1/integrations/{id}/credentials/value': 'scope credentials:read',
  'GET /api/v1/audit-logs': 'audit:read',
  'GET /api/v1/audit-logs/verify': 'audit:read',
  'GET /api/v1/integration-types': 'integrations:read',
  'GET /api/v1/integration-types/{type_id}': 'integrations:read',
  'GET /api/v1/integrations': 'integrations:read',
  'GET /api/v1/integrations/{id}': 'integrations:read',
  'GET /api/v1/integrations/{id}/health': 'integrations:read',
  'GET /api/v1/integrations/{id}/logs': 'integrations:read',
  'GET /api/v1/integrations/{id}/usage': 'integrations:read',
  'GET /api/v1/integrations/{id}/tokens/health': 'integrations:read',
  'GET /api/v1/integrations/{id}/tokens/history': 'integrations:read',
  'POST /api/v1/integrations/{id}/tokens/refresh': 'credentials:update',
  'POST /api/v1/integrations/bulk': 'integrations:bulk',
  'GET /api/v1/bulk-operations/{id}': 'integrations:bulk',
  'POST /api/v1/bulk-operations/{id}/cancel': 'integrations:bulk',
  'GET /api/v1/integrations/{id}/slack': 'integrations:read',
  'GET /api/v1/integrations/{id}/slack/channels': 'repositories:read',
  'PUT /api/v1/repositories/{id}/slack-channels/{channel_id}': 'repositories:manage',
  'DELETE /api/v1/repositories/{id}/slack-channels/{channel_id}': 'repositories:manage',
  'GET /api/v1/integrations/{id}/repositories': 'repositories:read',
  'POST /api/v1/integrations/{id}/repositories/sync': 'repositories:manage',
  'POST /api/v1/integrations/{id}/sync': 'integrations:sync',
  'GET /api/v1/github-app': 'integrations:create',
  'POST /api/v1/github-app/manifest': 'integrations:create',
  'POST /api/v1/github-app/install': 'integrations:create',
  'POST /api/v1/github-app/claim': 'integrations:create',
  'DELETE /api/v1/github-app/{id}': 'integrations:create',
  // GitHub's signature says who calls.
  'POST /api/v1/github-app/webhook': 'public',
  // The state and the cookie of the flow say who comes; without them nothing happens but a look at what is known.
  'GET /api/v1/github-app/manifest/form': 'public',
  'GET /api/v1/github-app/manifest/callback': 'public',
  'GET /api/v1/github-app/install': 'public',
  'GET /api/v1/github-app/setup': 'public',
  'GET /api/v1/github-app/callback': 'public',
  // Slack's signature says who calls.
  'POST /api/v1/slack/events': 'public',
  // The state and the cookie of the flow say who comes.
  'GET /api/v1/oauth/callback': 'public',
  'POST /api/v1/oauth/callback': 'own',
  'POST /api/v1/integrations/{id}/oauth/initiate': 'credentials:update',
  'GET /api/v1/integrations/{id}/resources': 'integrations:read',
  'PUT /api/v1/integrations/{id}/resources': 'integrations:update',
  'POST /api/v1/integrations': 'integrations:create',
  'POST /api/v1/integrations/test': 'integrations:create',
  'PATCH /api/v1/integrations/{id}': 'integrations:update',
  'POST /api/v1/integrations/{id}/enable': 'integrations:update',
  'POST /api/v1/integrations/{id}/disable': 'integrations:update',
  'POST /api/v1/integrations/{id}/test': 'integrations:test',
  'DELETE /api/v1/integrations/{id}': 'integrations:delete',
  'GET /api/v1/integrations/{id}/credentials': 'credentials:inspect',
  'PATCH /api/v1/integrations/{id}/credentials': 'credentials:update',
  'GET /api/v1/integrations/{id}/proxy': 'scope proxy:call',
  'POST /api/v1/integrations/{id}/proxy': 'scope proxy:call',
  'PUT /api/v1/integrations/{id}/proxy': 'scope proxy:call',
  'PATCH /api/v1/integrations/{id}/proxy': 'scope proxy:call',
  'DELETE /api/v1/integrations/{id}/proxy': 'scope proxy:call',
  'GET /api/v1/integrations/{id}/proxy/{path}': 'scope proxy:call',
  'POST /api/v1/integrations/{id}/proxy/{path}': 'scope proxy:call',
  'PUT /api/v1/integrations/{id}/proxy/{path}': 'scope proxy:call',
  'PATCH /api/v1/integrations/{id}/proxy/{path}': 'scope proxy:call',
  'DELETE /api/v1/integrations/{id}/proxy/{path}': 'scope proxy:call',
};

let testApp: TestApp;
let operations: Operation[];

beforeAll(async () => {
  testApp = await TestApp.start();
  operations = await readOperations(testApp);
});

afterAll(() => testApp.close());

const isPublic = ({ permission }: Operation): boolean => permission === 'public';

const call = ({ method, path }: Operation) => testApp.http[method](fill(path));

/** The routes for which `isWrong` holds, so that a failure names them all at once. */
const wrongOnes = (isWrong: (operation: Operation) => boolean): string[] =>
  operations.filter(isWrong).map(({ route }) => route);

describe('the document', () => {
  it('has every route of the API, and no route that is not served', () => {
    const served = servedRoutes(testApp);

    expect(served.length).toBeGreaterThan(20);
    expect(served.toSorted()).toEqual(operations.map(({ route }) => route).toSorted());
  });

  it('says of every route what it does', () => {
    expect(wrongOnes(({ summary, description }) => !summary?.trim() || !description?.trim())).toEqual([]);
  });

  it('says of every route who may call it, and it is whom the contract says', () => {
    expect(Object.fromEntries(operations.map(({ route, permission }) => [route, permission]))).toEqual(
      PERMISSIONS,
    );
  });

  it('asks for no permission that does not exist', async () => {
    const rows = await testApp.sql<{ name: string }>('SELECT name FROM permissions');
    const names = new Set(rows.map(({ name }) => name));

    const exists = (permission: string): boolean =>
      permission.startsWith('scope ')
        ? (SCOPES as readonly string[]).includes(permission.slice('scope '.length))
        : !permission.includes(':') || names.has(permission);
    expect(wrongOnes(({ permission = '' }) => !exists(permission))).toEqual([]);
  });

  it('says of every route what it answers: one success, and its failures', () => {
    const successes = ({ responses }: Operation) => Object.keys(responses).filter((status) => status < '400');

    expect(wrongOnes((operation) => successes(operation).length !== 1)).toEqual([]);
    expect(
      wrongOnes(({ responses }) => Object.values(responses).some(({ description }) => !description)),
    ).toEqual([]);
    expect(wrongOnes((o) => !isPublic(o) && !(o.responses['401'] && o.responses['403']))).toEqual([]);
  });

  it('says of every route with a body or a query that it may be refused as invalid', () => {
    const takesInput = ({ takesBody, parameters }: Operation) =>
      takesBody || parameters.some((parameter) => parameter.in === 'query');

    expect(wrongOnes((o) => takesInput(o) && !o.responses['400'])).toEqual([]);
  });

  it('says of every route with an id in its path that there may be no such thing', () => {
    expect(wrongOnes(({ path, responses }) => path.includes('{') && !responses['404'])).toEqual([]);
  });
});

describe('without a valid token', () => {
  it('every route that is not public answers 401', async () => {
    const protectedOnes = operations.filter((operation) => !isPublic(operation));
    expect(protectedOnes.length).toBeGreaterThan(15);
    for (const operation of protectedOnes) {
      const { status, body } = await call(operation);

      expect([operation.route, status, body.error?.code]).toEqual([operation.route, 401, 'UNAUTHENTICATED']);
      expect(body).toEqual({
        success: false,
        error: { code: 'UNAUTHENTICATED', message: expect.any(String), request_id: expect.any(String) },
      });
    }
  });

  it.each([
    ['garbage', 'Bearer garbage'],
    ['three empty parts', 'Bearer ..'],
    ['a token of somebody else’s making', `Bearer ${jwt.sign({ sub: crypto.randomUUID() }, 'x'.repeat(32))}`],
    ['a service token that nobody has', `Bearer lk_${'a'.repeat(40)}`],
    ['8 KiB of token', `Bearer ${'a'.repeat(8000)}`],
    ['another scheme', 'Basic YWRtaW46YWRtaW4='],
  ])('every route that is not public answers 401 to %s', async (_, authorization) => {
    for (const operation of operations.filter((candidate) => !isPublic(candidate))) {
      const { status, body } = await call(operation).set('authorization', authorization);

      expect([operation.route, status, body.error?.code]).toEqual([operation.route, 401, 'UNAUTHENTICATED']);
    }
  });

  it('no answer is kept by a cache, and every one carries the id of its request', async () => {
    for (const operation of operations.filter(({ path }) => !path.endsWith('/logo'))) {
      const { headers } = await call(operation);

      expect([operation.route, headers['cache-control']]).toEqual([operation.route, 'no-store']);
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});
