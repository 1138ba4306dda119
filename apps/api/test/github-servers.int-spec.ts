import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RecoveryService } from '../src/health-monitor/recovery.service.js';
import { repository } from './support/github.js';
import { GitHubStage, HOOK } from './support/github-stage.js';
import { round } from './support/watch.js';

let stage: GitHubStage;
let id = 9000;
let integrationId: string;

beforeAll(async () => {
  stage = await GitHubStage.start();
});

afterAll(() => stage.close());

beforeEach(async () => {
  id += 1;
  stage.github.intercept = () => undefined;
  stage.github.repositories = [repository(id * 10 + 1), repository(id * 10 + 2)];
  integrationId = await stage.connected(id, `org-${id}`);
  await stage.sync(integrationId);
  await round(stage.testApp.app);
});

const SECONDARY = {
  message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
  documentation_url: 'https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api',
};
const aboutRepository = (number: number) => ({
  action: 'renamed',
  installation: { id },
  repository: { id: number },
});

describe('a delivery that is a form', () => {
  const send = (body: string, signed = body) =>
    stage.testApp.http
      .post(HOOK)
      .set({
        'content-type': 'application/x-www-form-urlencoded',
        'x-github-event': 'installation_repositories',
        'x-github-delivery': randomUUID(),
        'x-hub-signature-256': `sha256=${createHmac('sha256', stage.github.app.webhook_secret).update(signed).digest('hex')}`,
      })
      .send(body);
  const form = (payload: object) => new URLSearchParams({ payload: JSON.stringify(payload) }).toString();

  it('is taken like one that is JSON, with the signature over the form', async () => {
    const payload = { action: 'added', installation: { id }, note: 'a+b & c' };
    const { body } = await send(form(payload)).expect(202);
    expect(body.data.delivery).toBe('accepted');
    await stage.work();
    expect((await stage.repositories(integrationId)).sync.state).toBe('queued');
  });

  it('is refused when it was changed, or holds no payload', async () => {
    const body = form({ installation: { id } });
    await send(body.replace('payload', 'Payload'), body).expect(401);
    await send(`${body}&x=1`, body).expect(401);
    await send('x=1').expect(400);
    await send('payload=%7B').expect(400);
  });

  it('is not taken anywhere else', async () => {
    await stage.testApp.http
      .post('/api/v1/auth/login')
      .set('content-type', 'application/x-www-form-urlencoded')
      .send('email=a&password=b')
      .expect(400);
  });
});

describe('a GitHub without the address of a repository by its number', () => {
  it('does not make repositories look gone: the listing says what there is', async () => {
    stage.github.intercept = (route) =>
      route.startsWith('GET /repositories/') ? { status: 404, json: { message: 'Not Found' } } : undefined;
    const [renamed, gone] = stage.github.repositories;
    renamed!.full_name = `org-${id}/renamed`;
    stage.github.repositories = [renamed!];
    await stage.deliver('repository', aboutRepository(renamed!.id)).expect(202);
    await stage.work();
    const before = (await stage.repositories(integrationId)).repositories;
    expect(before.every((each: { removed_at: unknown }) => each.removed_at === null)).toBe(true);

    await stage.sync(integrationId);
    const after = (await stage.repositories(integrationId)).repositories;
    const byId = new Map(after.map((each: { github_id: string }) => [each.github_id, each]));
    expect(byId.get(String(renamed!.id))).toMatchObject({
      full_name: `org-${id}/renamed`,
      removed_at: null,
    });
    expect(byId.get(String(gone!.id))).toMatchObject({ removed_at: expect.any(String) });
  });
});

describe('a secondary limit that only its message tells', () => {
  it('makes a sync wait, and not fail', async () => {
    stage.github.intercept = (route) =>
      route === 'GET /installation/repositories' ? { status: 403, json: SECONDARY } : undefined;
    await stage.api.post(`/integrations/${integrationId}/sync`).expect(202);
    await stage.sync(integrationId);
    expect((await stage.repositories(integrationId)).sync).toMatchObject({
      state: 'queued',
      error: expect.stringContaining('limiting our calls'),
    });
  });

  it('is not taken for a suspended installation', async () => {
    const other = (id += 1);
    const fresh = await stage.connected(other, `org-${other}`);
    stage.github.intercept = (route) =>
      route.startsWith('POST /app/installations/') ? { status: 403, json: SECONDARY } : undefined;
    const { body } = await stage.api.post(`/integrations/${fresh}/test`);
    expect(JSON.stringify(body)).toContain('limiting our calls');
    expect(JSON.stringify(body)).not.toContain('suspended');
  });
});

describe('an App that was deleted on GitHub', () => {
  it('is told from one that was uninstalled', async () => {
    const other = (id += 1);
    const fresh = await stage.connected(other, `org-${other}`);
    stage.github.intercept = (route) =>
      /^\w+ \/app/.test(route) ? { status: 404, json: { message: 'Integration not found' } } : undefined;
    const { body } = await stage.api.post(`/integrations/${fresh}/test`).expect(422);
    expect(body.error.details).toMatchObject({
      kind: 'not_found',
      reason: 'GitHub does not know the App any more',
      hint: expect.stringContaining('deleted on GitHub'),
    });
    await stage.testApp.sql('UPDATE installation SET github_app_hook_check_at = NULL');
    const recovery = stage.testApp.app.get(RecoveryService, { strict: false });
    await recovery.round(new AbortController().signal);
    await recovery.settled();
    const { hook } = (await stage.api.get('/github-app').expect(200)).body.data.github_apps[0];
    expect(hook.problem).toContain('GitHub does not know the App any more');
  });
});
