import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Counterpart } from './support/counterpart.js';
import { type Operation, readOperations } from './support/document.js';
import { madeApp } from './support/github-route-calls.js';
import { type MadeToken, makeToken } from './support/programs.js';
import {
  createIntegration,
  createNotification,
  integrationForm,
  letIn,
  type Stage,
  startBulk,
} from './support/route-calls.js';
import { mappedChannel } from './support/slack-route-calls.js';
import { TestApp } from './support/test-app.js';

let stage: Stage;
let other: Stage;
let operations: Operation[];
let programs: { owner: MadeToken; stranger: MadeToken };
/** What belongs to the first organisation, by the beginning of its address. */
let owned: Record<string, string>;

beforeAll(async () => {
  const testApp = await TestApp.start();
  const counterpart = await Counterpart.start();
  const shared = { testApp, counterpart, secret: 'a-secret-of-the-test', password: '' };
  letIn(counterpart, shared.secret);
  stage = { ...shared, admin: await testApp.account() };
  other = { ...shared, admin: await testApp.account() };
  // What belongs to the installation has no other organisation that it could be hidden from.
  operations = (await readOperations(testApp)).filter(
    ({ path, permission }) => path.includes('{id}') && permission !== 'super_admin',
  );
  programs = {
    owner: await makeToken(testApp, stage.admin),
    stranger: await makeToken(testApp, other.admin),
  };
  const { slack, repository } = await mappedChannel(stage);
  owned = {
    '/api/v1/integrations/{id}/slack': slack,
    '/api/v1/integrations/': await createIntegration(stage, { test: true }),
    '/api/v1/notifications/': await createNotification(stage),
    '/api/v1/bulk-operations/': (await startBulk(stage)).body.data.bulk_operation.id,
    '/api/v1/github-app/': await madeApp(stage),
    '/api/v1/organizations/': stage.admin.organizationId,
    '/api/v1/repositories/': repository,
    '/api/v1/service-tokens/': (await makeToken(testApp, stage.admin)).id,
  };
});

afterAll(async () => {
  await stage.counterpart.close();
  await stage.testApp.close();
});

const ownedIn = (path: string): string =>
  Object.entries(owned).find(([beginning]) => path.startsWith(beginning))?.[1] ?? 'nothing owned';

/** A body that would be taken if the id were the caller's. */
const bodyOf = ({ method, path }: Operation): object => {
  if (method === 'put' && path.endsWith('/resources')) return { kind: 'sites', ids: [] };
  if (path.startsWith('/api/v1/repositories/')) return { integration_id: owned['/api/v1/integrations/'] };
  return method === 'patch'
    ? path.endsWith('/credentials')
      ? integrationForm(stage).credentials
      : { name: 'Taken' }
    : {};
};

/** As a person, or as a program where the route is for those. */
const tokenFor = ({ permission }: Operation, who: 'owner' | 'stranger'): string =>
  permission?.startsWith('scope ')
    ? programs[who].token
    : (who === 'owner' ? stage : other).admin.accessToken;

const call = (operation: Operation, id: string, who: 'owner' | 'stranger' = 'stranger') =>
  stage.testApp.http[operation.method](
    operation.path.replace('{id}', id).replace('{path}', 'me').replace('{channel_id}', 'C00000001'),
  )
    .set('authorization', `Bearer ${tokenFor(operation, who)}`)
    .send(operation.method === 'get' || operation.method === 'delete' ? undefined : bodyOf(operation));

const shapeOf = ({ status, body }: { status: number; body: { error?: object } }) => ({
  status,
  body: { ...body, error: { ...body.error, request_id: undefined } },
});

const everything = () =>
  Promise.all(
    [
      'integrations',
      'integration_credentials',
      'notifications',
      'integration_logs',
      'service_tokens',
      'bulk_operations',
    ].map((table) =>
      stage.testApp.sql(`SELECT * FROM ${table} WHERE organization_id = $1`, [stage.admin.organizationId]),
    ),
  );

describe('an id of another organisation', () => {
  it('is tried on every route with an id', () => {
    const untried = operations.filter(({ path }) => ownedIn(path) === 'nothing owned');

    expect(untried.map(({ route }) => route)).toEqual([]);
    expect(operations.length).toBeGreaterThan(9);
  });

  it('answers 404 on every route, like an id that nobody has and like one that is no id', async () => {
    const before = await everything();
    for (const operation of operations) {
      const answer = await call(operation, ownedIn(operation.path));
      expect([operation.route, answer.status, answer.body.error?.code]).toEqual([
        operation.route,
        404,
        'NOT_FOUND',
      ]);

      for (const id of [crypto.randomUUID(), 'no-id', '00000000-0000-0000-0000-000000000000']) {
        expect([operation.route, shapeOf(await call(operation, id))]).toEqual([
          operation.route,
          shapeOf(answer),
        ]);
      }
    }
    expect(await everything()).toEqual(before);
    expect(stage.counterpart.requests.every(({ path }) => path === '/me')).toBe(true);
  });

  it('is recorded as a blocked attempt in the organisation of who tried', async () => {
    const rows = await stage.testApp.sql<{ id: string }>(
      `SELECT resource_id AS id FROM audit_logs
       WHERE organization_id = $1 AND action = 'access.denied' AND outcome = 'blocked' AND resource_id = ANY($2)`,
      [other.admin.organizationId, Object.values(owned)],
    );

    expect(rows).toHaveLength(operations.length);
  });

  it('does not appear in the other’s lists', async () => {
    const as = stage.testApp.as(other.admin);

    expect((await as.get('/integrations').expect(200)).body.data.integrations).toEqual([]);
    expect((await as.get('/notifications').expect(200)).body.data.notifications).toEqual([]);
    const { audit_logs: rows } = (await as.get('/audit-logs?limit=100').expect(200)).body.data;
    // Their own refused attempts name what they asked for.
    const done = rows.filter(({ action }: { action: string }) => action !== 'access.denied');
    expect(JSON.stringify(done)).not.toContain(stage.admin.organizationId);
  });

  it('is not taken as a team, an idempotency key or a filter', async () => {
    const { testApp, admin } = stage;
    const teamId = crypto.randomUUID();
    await testApp.sql("INSERT INTO teams (organization_id, id, name) VALUES ($1, $2, 'Team')", [
      admin.organizationId,
      teamId,
    ]);
    const form = { ...integrationForm(stage), name: 'Borrowed', team_ids: [teamId] };
    const { body } = await testApp.as(other.admin).post('/integrations', form).expect(400);
    expect(Object.keys(body.error.details)).toEqual(['team_ids']);
    const listed = await testApp.as(other.admin).get(`/integrations?team=${teamId}`).expect(200);
    expect(listed.body.data.integrations).toEqual([]);

    const create = (accessToken: string) =>
      testApp.http
        .post('/api/v1/integrations')
        .set({ authorization: `Bearer ${accessToken}`, 'idempotency-key': 'the-same' })
        .send({ ...integrationForm(stage), name: 'Mine' })
        .expect(201);
    const mine = await create(admin.accessToken);
    const theirs = await create(other.admin.accessToken);
    expect(theirs.body.data.integration.id).not.toBe(mine.body.data.integration.id);
  });
});

describe('the routes with an id', () => {
  it('answer the owner, so that the refusals above prove something', async () => {
    // The channels come from Slack, which nobody plays here.
    const reading = operations.filter(
      ({ method, path }) => method === 'get' && !path.endsWith('/slack/channels'),
    );
    for (const operation of reading) {
      expect([operation.route, (await call(operation, ownedIn(operation.path), 'owner')).status]).toEqual([
        operation.route,
        200,
      ]);
    }
  });
});
