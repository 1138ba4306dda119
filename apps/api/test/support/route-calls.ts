import type supertest from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import type { Counterpart } from './counterpart.js';
import { makeToken } from './programs.js';
import { finishRotations } from './keys.js';
import { GITHUB_ROUTE_CALLS } from './github-route-calls.js';
import { SLACK_ROUTE_CALLS } from './slack-route-calls.js';
import { type Account, TestApp } from './test-app.js';

/** What the calls below need: an admin, and a service on the wire that lets one secret in. */
export interface Stage {
  testApp: TestApp;
  admin: Account;
  counterpart: Counterpart;
  secret: string;
  password: string;
}

export interface RouteCall {
  /** What the audit trail says of it. */
  action: string;
  call: (stage: Stage) => Promise<supertest.Response>;
}

/** A service that lets in who sends the secret as a bearer token. */
export function letIn(
  counterpart: Counterpart,
  secret: string,
  more: Parameters<Counterpart['answers']>[0] = {},
): void {
  counterpart.answers({
    ...more,
    '*': ({ headers }) =>
      headers.authorization === `Bearer ${secret}`
        ? { json: { ok: true } }
        : { status: 401, json: { ok: false } },
  });
}

export const integrationForm = ({ counterpart, secret }: Pick<Stage, 'counterpart' | 'secret'>) => ({
  integration_type_id: 'generic_http',
  config: { base_url: counterpart.url, test_path: '/me' },
  credentials: { credential_type: 'api_token', auth_mode: 'bearer', token: secret },
});

export async function createIntegration(stage: Stage, fields: object = {}): Promise<string> {
  const { body } = await stage.testApp
    .as(stage.admin)
    .post('/integrations', { ...integrationForm(stage), name: 'Example', ...fields })
    .expect(201);
  return body.data.integration.id;
}

/** Tells the account of something, as the watch does. */
export async function createNotification({
  testApp,
  admin,
}: Pick<Stage, 'testApp' | 'admin'>): Promise<string> {
  const id = uuidv7();
  await testApp.sql(
    `INSERT INTO notifications (organization_id, id, user_id, event_id, kind, title, message, created_at)
     VALUES ($1, $2, $3, $4, 'integration.failed', 'Example is broken', 'Look at it.', now())`,
    [admin.organizationId, id, admin.userId, uuidv7()],
  );
  return id;
}

const signIn = ({ testApp, admin, password }: Stage) =>
  testApp.http.post('/api/v1/auth/login').send({ email: admin.email, password });

const freshTokens = async (stage: Stage) => (await signIn(stage).expect(200)).body.data.tokens;

const organizationKey = ({ admin }: Stage) => ({
  kind: 'organization',
  organization_id: admin.organizationId,
});

const rotateKey = (stage: Stage) =>
  stage.testApp.as(stage.admin).post('/admin/keys/rotate', organizationKey(stage));

/** It waits: nobody carries it out where no jobs run. */
export async function startBulk(stage: Stage): Promise<supertest.Response> {
  const ids = [await createIntegration(stage)];
  return stage.testApp.as(stage.admin).post('/integrations/bulk', { ids, action: 'disable' });
}

/** An integration that waits for a consent at a server that the counterpart plays. */
async function createUnauthorised(stage: Stage): Promise<string> {
  const { url } = stage.counterpart;
  return createIntegration(stage, {
    config: {
      base_url: url,
      test_path: '/me',
      authorization_url: `${url}/authorize`,
      token_url: `${url}/token`,
    },
    credentials: { credential_type: 'oauth2', client_id: 'me', client_secret: stage.secret },
  });
}

/** The person has consented, and their browser is back. */
async function finishConsent(stage: Stage): Promise<supertest.Response> {
  const as = stage.testApp.as(stage.admin);
  const started = await as
    .post(`/integrations/${await createUnauthorised(stage)}/oauth/initiate`)
    .expect(200);
  const { searchParams } = new URL(started.body.data.authorization_url);
  letIn(stage.counterpart, stage.secret, {
    'POST /token': { json: { access_token: stage.secret, token_type: 'bearer' } },
  });
  const parameters = { state: searchParams.get('state'), code: 'a-code' };
  const cookies = started.headers['set-cookie'] as unknown as string[];
  const cookie = cookies.map((each) => each.split(';')[0]!).join('; ');
  const finished = await as.post('/oauth/callback', parameters).set('cookie', cookie);
  letIn(stage.counterpart, stage.secret);
  return finished;
}

/** How to call each route that changes something, so that it succeeds. */
export const ROUTE_CALLS: Record<string, RouteCall> = {
  ...GITHUB_ROUTE_CALLS,
  ...SLACK_ROUTE_CALLS,
  'POST /api/v1/auth/register': {
    action: 'user.registered',
    call: ({ testApp, password }) =>
      testApp.http.post('/api/v1/auth/register').send({
        email: `new-${crypto.randomUUID()}@example.com`,
        password,
        full_name: 'New Person',
        organization_name: 'New Organisation',
      }),
  },
  'POST /api/v1/auth/login': { action: 'session.started', call: async (stage) => signIn(stage) },
  'POST /api/v1/auth/refresh-token': {
    action: 'session.refreshed',
    call: async (stage) =>
      stage.testApp.http
        .post('/api/v1/auth/refresh-token')
        .send({ refresh_token: (await freshTokens(stage)).refresh_token }),
  },
  'POST /api/v1/auth/logout': {
    action: 'session.ended',
    call: async (stage) =>
      stage.testApp.as({ accessToken: (await freshTokens(stage)).access_token }).post('/auth/logout'),
  },
  'POST /api/v1/integrations': {
    action: 'integration.created',
    call: async (stage) =>
      stage.testApp
        .as(stage.admin)
        .post('/integrations', { ...integrationForm(stage), name: 'Tested', test: true }),
  },
  'POST /api/v1/integrations/test': {
    action: 'integration.draft_tested',
    call: async (stage) => stage.testApp.as(stage.admin).post('/integrations/test', integrationForm(stage)),
  },
  'PATCH /api/v1/integrations/{id}': {
    action: 'integration.updated',
    call: async (stage) =>
      stage.testApp
        .as(stage.admin)
        .patch(`/integrations/${await createIntegration(stage)}`, { name: 'Renamed', description: 'Anew' }),
  },
  'DELETE /api/v1/integrations/{id}': {
    action: 'integration.deleted',
    call: async (stage) =>
      stage.testApp.as(stage.admin).delete(`/integrations/${await createIntegration(stage)}`),
  },
  'POST /api/v1/integrations/{id}/test': {
    action: 'integration.tested',
    call: async (stage) =>
      stage.testApp.as(stage.admin).post(`/integrations/${await createIntegration(stage)}/test`),
  },
  'POST /api/v1/integrations/{id}/enable': {
    action: 'integration.enabled',
    call: async (stage) => {
      const id = await createIntegration(stage);
      await stage.testApp.as(stage.admin).post(`/integrations/${id}/disable`).expect(200);
      return stage.testApp.as(stage.admin).post(`/integrations/${id}/enable`);
    },
  },
  'POST /api/v1/integrations/{id}/disable': {
    action: 'integration.disabled',
    call: async (stage) =>
      stage.testApp.as(stage.admin).post(`/integrations/${await createIntegration(stage)}/disable`),
  },
  'PATCH /api/v1/integrations/{id}/credentials': {
    action: 'credentials.updated',
    call: async (stage) =>
      stage.testApp
        .as(stage.admin)
        .patch(
          `/integrations/${await createIntegration(stage)}/credentials`,
          integrationForm(stage).credentials,
        ),
  },
  'POST /api/v1/integrations/{id}/tokens/refresh': {
    action: 'integration.token_refreshed',
    call: async (stage) => {
      stage.counterpart.answers({ 'POST /token': { json: { access_token: 'made', expires_in: 3600 } } });
      const credentials = {
        credential_type: 'client_credentials',
        token_url: `${stage.counterpart.url}/token`,
        client_id: 'me',
        client_secret: stage.secret,
      };
      const id = await createIntegration(stage, { credentials });
      const refreshed = await stage.testApp.as(stage.admin).post(`/integrations/${id}/tokens/refresh`);
      letIn(stage.counterpart, stage.secret);
      return refreshed;
    },
  },
  'POST /api/v1/integrations/{id}/oauth/initiate': {
    action: 'integration.oauth_started',
    call: async (stage) =>
      stage.testApp.as(stage.admin).post(`/integrations/${await createUnauthorised(stage)}/oauth/initiate`),
  },
  'POST /api/v1/oauth/callback': { action: 'integration.connected', call: finishConsent },
  'PUT /api/v1/integrations/{id}/resources': {
    action: 'integration.resources_selected',
    call: async (stage) => {
      const credentials = { credential_type: 'api_token', access_token: stage.secret };
      const id = await createIntegration(stage, { integration_type_id: 'netlify', config: {}, credentials });
      return stage.testApp.as(stage.admin).put(`/integrations/${id}/resources`, { kind: 'sites', ids: [] });
    },
  },
  'POST /api/v1/integrations/bulk': {
    action: 'integrations.bulk_started',
    call: async (stage) => startBulk(stage),
  },
  'POST /api/v1/bulk-operations/{id}/cancel': {
    action: 'integrations.bulk_cancelled',
    call: async (stage) => {
      const { id } = (await startBulk(stage)).body.data.bulk_operation;
      return stage.testApp.as(stage.admin).post(`/bulk-operations/${id}/cancel`);
    },
  },
  'POST /api/v1/notifications/{id}/read': {
    action: 'notification.read',
    call: async (stage) =>
      stage.testApp.as(stage.admin).post(`/notifications/${await createNotification(stage)}/read`),
  },
  'POST /api/v1/notifications/read-all': {
    action: 'notification.read',
    call: async (stage) => stage.testApp.as(stage.admin).post('/notifications/read-all'),
  },
  'PATCH /api/v1/organizations/{id}': {
    action: 'organization.updated',
    call: async ({ testApp, admin }) =>
      testApp.as(admin).patch(`/organizations/${admin.organizationId}`, { name: 'Renamed' }),
  },
  'POST /api/v1/service-tokens': {
    action: 'service_token.created',
    call: async ({ testApp, admin }) =>
      testApp.as(admin).post('/service-tokens', { name: 'A program', scopes: ['proxy:call'] }),
  },
  'POST /api/v1/service-tokens/{id}/rotate': {
    action: 'service_token.rotated',
    call: async ({ testApp, admin }) =>
      testApp.as(admin).post(`/service-tokens/${(await makeToken(testApp, admin)).id}/rotate`),
  },
  'DELETE /api/v1/service-tokens/{id}': {
    action: 'service_token.revoked',
    call: async ({ testApp, admin }) =>
      testApp.as(admin).delete(`/service-tokens/${(await makeToken(testApp, admin)).id}`),
  },
  'POST /api/v1/admin/keys/rotate': {
    action: 'keys.rotation_started',
    call: async (stage) => {
      await finishRotations(stage.testApp.app);
      return rotateKey(stage);
    },
  },
  'POST /api/v1/admin/keys/rotations/{id}/pause': {
    action: 'keys.rotation_paused',
    call: async (stage) => {
      await finishRotations(stage.testApp.app);
      const { id } = (await rotateKey(stage).expect(202)).body.data.rotation;
      const paused = await stage.testApp.as(stage.admin).post(`/admin/keys/rotations/${id}/pause`);
      await stage.testApp.as(stage.admin).post(`/admin/keys/rotations/${id}/resume`).expect(200);
      return paused;
    },
  },
  'POST /api/v1/admin/keys/rotations/{id}/resume': {
    action: 'keys.rotation_resumed',
    call: async (stage) => {
      await finishRotations(stage.testApp.app);
      const { id } = (await rotateKey(stage).expect(202)).body.data.rotation;
      await stage.testApp.as(stage.admin).post(`/admin/keys/rotations/${id}/pause`).expect(200);
      return stage.testApp.as(stage.admin).post(`/admin/keys/rotations/${id}/resume`);
    },
  },
  'POST /api/v1/admin/keys/retire': {
    action: 'keys.retired',
    call: async (stage) => {
      await finishRotations(stage.testApp.app);
      await rotateKey(stage).expect(202);
      await finishRotations(stage.testApp.app);
      return stage.testApp.as(stage.admin).post('/admin/keys/retire', organizationKey(stage));
    },
  },
  'POST /api/v1/admin/keys/verify': {
    action: 'keys.verification_started',
    call: async (stage) => stage.testApp.as(stage.admin).post('/admin/keys/verify'),
  },
};
