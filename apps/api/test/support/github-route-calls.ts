import { v7 as uuidv7 } from 'uuid';
import { VaultService } from '../../src/vault/vault.service.js';
import type { RouteCall, Stage } from './route-calls.js';

/** An App of the organisation, as GitHub's manifest flow leaves it. @returns its id */
export async function madeApp({ testApp, admin }: Stage): Promise<string> {
  const id = uuidv7();
  const { organizationId } = admin;
  const context = { organizationId, table: 'github_apps', rowId: id, purpose: 'github_app' };
  const secrets = { privateKey: 'pem', clientSecret: 'secret', webhookSecret: 'secret' };
  const vault = testApp.app.get(VaultService, { strict: false });
  const { sealed, keyVersion } = await vault.seal(context, Buffer.from(JSON.stringify(secrets)));
  await testApp.sql(
    `INSERT INTO github_apps (organization_id, id, app_id, slug, name, client_id, html_url, web_url, api_url, sealed,
       key_version, created_at, updated_at)
     VALUES ($1, $2::uuid, $2::text, 'app', 'App', 'Iv1', 'https://github.com/apps/app', 'https://github.com',
       'https://api.github.com', $3, $4, now(), now())`,
    [organizationId, id, sealed, keyVersion],
  );
  return id;
}

async function githubIntegration({ testApp, admin, counterpart, secret }: Stage): Promise<string> {
  const { body } = await testApp
    .as(admin)
    .post('/integrations', {
      integration_type_id: 'github',
      name: `GitHub ${uuidv7()}`,
      config: { api_base_url: counterpart.url },
      credentials: { credential_type: 'api_token', access_token: secret },
    })
    .expect(201);
  return body.data.integration.id;
}

export const GITHUB_ROUTE_CALLS: Record<string, RouteCall> = {
  'POST /api/v1/github-app/manifest': {
    action: 'github_app.manifest_started',
    call: async ({ testApp, admin }) => testApp.as(admin).post('/github-app/manifest'),
  },
  'POST /api/v1/github-app/install': {
    action: 'github_app.install_started',
    call: async (stage) =>
      stage.testApp.as(stage.admin).post('/github-app/install', { app_id: await madeApp(stage) }),
  },
  'POST /api/v1/github-app/claim': {
    action: 'github_app.claim_started',
    call: async (stage) =>
      stage.testApp
        .as(stage.admin)
        .post('/github-app/claim', { app_id: await madeApp(stage), installation_id: '1' }),
  },
  'DELETE /api/v1/github-app/{id}': {
    action: 'github_app.deleted',
    call: async (stage) => stage.testApp.as(stage.admin).delete(`/github-app/${await madeApp(stage)}`),
  },
  'POST /api/v1/integrations/{id}/repositories/sync': {
    action: 'repositories.sync_requested',
    call: async (stage) =>
      stage.testApp.as(stage.admin).post(`/integrations/${await githubIntegration(stage)}/repositories/sync`),
  },
  'POST /api/v1/integrations/{id}/sync': {
    action: 'repositories.sync_requested',
    call: async (stage) =>
      stage.testApp.as(stage.admin).post(`/integrations/${await githubIntegration(stage)}/sync`),
  },
};
