import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { repository } from './support/github.js';
import { GitHubStage, HOOK } from './support/github-stage.js';
import { asProgram, makeToken, readValue } from './support/programs.js';
import { round } from './support/watch.js';

let stage: GitHubStage;
let next = 2000;
let id: number;
let integrationId: string;

beforeAll(async () => {
  stage = await GitHubStage.start();
});

afterAll(() => stage.close());

/** An installation of its own, connected and working. */
beforeEach(async () => {
  id = next += 1;
  stage.github.intercept = () => undefined;
  stage.github.repositories = [repository(id * 10 + 1), repository(id * 10 + 2)];
  integrationId = await stage.connected(id, `org-${id}`);
  await stage.sync(integrationId);
  await round(stage.testApp.app);
  stage.github.server.requests.length = 0;
});

const about = (more: object = {}) => ({ installation: { id }, ...more });
const count = async (text: string, ...parameters: unknown[]): Promise<number> =>
  (await stage.testApp.sql<{ count: number }>(`SELECT count(*)::int AS count FROM ${text}`, parameters))[0]!
    .count;
const fates = (answers: { body: { data: { delivery: string } } }[]) =>
  answers.map(({ body }) => body.data.delivery).toSorted();

describe('a delivery', () => {
  it('is answered at once, kept once, and worked on later', async () => {
    const guid = randomUUID();
    const payload = about({ action: 'added' });
    const { body } = await stage
      .deliver('installation_repositories', payload, { 'x-github-delivery': guid })
      .expect(202);
    expect(body).toEqual({ success: true, data: { delivery: 'accepted' } });
    expect(stage.github.server.requests).toEqual([]);

    const again = await stage.deliver('installation_repositories', payload, { 'x-github-delivery': guid });
    expect(fates([again])).toEqual(['duplicate']);
    expect(await count("inbound_deliveries WHERE delivery_id LIKE '%' || $1", guid)).toBe(1);
    await stage.work();
    expect((await stage.repositories(integrationId)).sync.state).toBe('queued');
  });

  it('that comes twice at the same moment is kept once', async () => {
    const headers = { 'x-github-delivery': randomUUID() };
    const send = () => stage.deliver('installation', about({ action: 'created' }), headers).expect(202);
    const answers = await Promise.all([send(), send(), send(), send()]);
    expect(fates(answers)).toEqual(['accepted', 'duplicate', 'duplicate', 'duplicate']);
  });

  it('keeps of the body only which installation and repository it is about', async () => {
    const marked = 'a-secret-in-the-payload';
    await stage
      .deliver('repository', about({ action: 'edited', repository: { id: 5, description: marked } }))
      .expect(202);
    const rows = await stage.testApp.sql(
      "SELECT details FROM inbound_deliveries WHERE details ->> 'installation_id' = $1",
      [String(id)],
    );
    expect(rows).toEqual([
      { details: { app: 'installation', installation_id: String(id), repository_id: '5' } },
    ]);
  });

  it('about an installation that nobody connected is let go', async () => {
    const { body } = await stage
      .deliver('installation', { action: 'created', installation: { id: 1 } })
      .expect(202);
    expect(body.data.delivery).toBe('ignored');
    await stage.deliver('ping', { zen: 'Design for failure.', hook_id: 1 }).expect(202);
  });
});

describe('what is not GitHub’s', () => {
  it('is refused, and written to the audit trail once', async () => {
    const { body: payload, headers } = stage.github.delivery('installation', about({ action: 'deleted' }));
    const send = (body: string, more: Record<string, string | undefined>) =>
      stage.testApp.http
        .post(HOOK)
        .set({ ...headers, ...more } as Record<string, string>)
        .send(body);
    const forged = stage.github.delivery('installation', about(), 'another-secret').headers;

    const answers = [
      await send(payload.replace('deleted', 'deleteD'), {}),
      await send(`${payload} `, {}),
      await send(payload, { 'x-hub-signature-256': forged['x-hub-signature-256'] }),
      await send(payload, { 'x-hub-signature-256': 'sha256=' }),
      await send(payload, { 'x-hub-signature-256': headers['x-hub-signature-256'].slice(0, -1) }),
      await stage.testApp.http.post(HOOK).set('content-type', 'application/json').send(payload),
    ];
    expect(answers.map(({ status, body }) => [status, body.error.code])).toEqual(
      answers.map(() => [401, 'UNAUTHENTICATED']),
    );
    expect(await count("audit_logs WHERE action = 'github_app.webhook_refused'")).toBe(1);
    expect((await stage.integration(integrationId)).status).toBe('active');
  });

  it('is not found without an App, or not readable', async () => {
    const unknown = `${HOOK}?app=${'A'.repeat(22)}.${randomUUID()}`;
    await stage.deliver('ping', {}, {}, unknown).expect(404);
    await stage.deliver('ping', {}, {}, `${HOOK}?app=nonsense`).expect(404);
    const { headers } = stage.github.delivery('ping', {});
    const text = { ...headers, 'content-type': 'text/plain' };
    await stage.testApp.http.post(HOOK).set(text).send('{}').expect(400);
    await stage.deliver('ping', [1]).expect(400);
    await stage.deliver('ping', about(), { 'x-github-delivery': '../..' }).expect(400);
  });
});

const suspend = () =>
  Object.assign(stage.github.installations.get(id)!, {
    suspended_at: new Date(stage.clock.now()).toISOString(),
    suspended_by: { login: 'the-boss' },
  });

describe('a suspended installation', () => {
  it('says who suspended it and where that ends, and programs are refused', async () => {
    const program = await makeToken(stage.testApp, stage.admin);
    await readValue(stage.testApp, program, integrationId).expect(200);
    suspend();
    await stage.deliver('installation', about({ action: 'suspend' })).expect(202);
    await stage.work();

    expect(await stage.integration(integrationId)).toMatchObject({
      status: 'error',
      error_code: 'permission',
      error_message: `The installation on org-${id} is suspended on GitHub by the-boss`,
      hint: `Unsuspend it under https://github.com/organizations/org-${id}/settings/installations/${id}`,
    });
    const refused = await readValue(stage.testApp, program, integrationId);
    expect([refused.status >= 400, refused.text]).toEqual([
      true,
      expect.stringContaining('suspended on GitHub by the-boss'),
    ]);
    await asProgram(stage.testApp, program)
      .get(`/integrations/${integrationId}/proxy/user`)
      .expect(refused.status);
  });

  it('is back under the watch at once when that ends', async () => {
    suspend();
    await stage.deliver('installation', about({ action: 'suspend' }));
    await stage.work();
    Object.assign(stage.github.installations.get(id)!, { suspended_at: null, suspended_by: null });
    await stage.deliver('installation', about({ action: 'unsuspend' }));
    await stage.work();
    await round(stage.testApp.app);

    expect(await stage.integration(integrationId)).toMatchObject({ status: 'active', error_message: null });
    expect(await count('incidents WHERE integration_id = $1 AND resolved_at IS NULL', integrationId)).toBe(0);
  });

  it('is found out by the watch when no webhook came', async () => {
    suspend();
    stage.clock.advance(3 * 3_600_000);
    await stage.testApp.sql('UPDATE integrations SET next_check_at = $2 WHERE id = $1', [
      integrationId,
      new Date(stage.clock.now()),
    ]);
    await round(stage.testApp.app);
    const [row] = await stage.testApp.sql<{ error_message: string; error_hint: string }>(
      'SELECT error_message, error_hint FROM integrations WHERE id = $1',
      [integrationId],
    );
    expect(row!.error_message).toContain('is suspended on GitHub by the-boss');
    const { body } = await stage.testApp.http
      .post('/api/v1/auth/login')
      .send({ email: stage.admin.email, password: stage.admin.password })
      .expect(200);
    stage.admin = { ...stage.admin, accessToken: body.data.tokens.access_token };
  });
});

describe('an uninstalled App', () => {
  it('keeps the repositories, marked, and says what to do', async () => {
    stage.github.installations.delete(id);
    await stage.deliver('installation', about({ action: 'deleted' }));
    await stage.work();

    expect(await stage.integration(integrationId)).toMatchObject({
      status: 'needs_reauth',
      error_message: `The GitHub App was uninstalled from org-${id}`,
      hint: expect.stringContaining('Install it again'),
    });
    const { repositories } = await stage.repositories(integrationId);
    expect(repositories).toHaveLength(2);
    expect(repositories.every((each: { removed_at: unknown }) => each.removed_at !== null)).toBe(true);
    await stage.api.post(`/integrations/${integrationId}/sync`).expect(409);
  });

  it('is told of although it was suspended before, and once', async () => {
    suspend();
    await stage.deliver('installation', about({ action: 'suspend' }));
    await stage.work();
    stage.github.installations.delete(id);
    for (const _ of [1, 2]) {
      await stage.deliver('installation', about({ action: 'deleted' }));
      await stage.work();
    }
    const told = await stage.testApp.sql(
      `SELECT data ->> 'change' AS change, data ->> 'reason' AS reason FROM pgboss.job
       WHERE name = 'integrations.changed' AND data ->> 'integration_id' = $1 ORDER BY created_on`,
      [integrationId],
    );
    expect(told).toEqual([
      { change: 'failed', reason: `The installation on org-${id} is suspended on GitHub by the-boss` },
      { change: 'needs_reauth', reason: `The GitHub App was uninstalled from org-${id}` },
    ]);
  });

  it('is the same integration again when it is installed anew, with the same rows', async () => {
    const before = (await stage.repositories(integrationId)).repositories.map(
      (each: { id: string }) => each.id,
    );
    const { account } = stage.github.installations.get(id)!;
    stage.github.installations.delete(id);
    await stage.deliver('installation', about({ action: 'deleted' }));
    await stage.work();

    const another = (next += 1);
    stage.owned(another, `org-${id}`);
    stage.github.installations.get(another)!.account = account;
    const landing = await stage.install(another);
    expect(landing.searchParams.get('integration')).toBe(integrationId);
    await stage.sync(integrationId);
    await round(stage.testApp.app);
    const { repositories } = await stage.repositories(integrationId);
    expect(repositories.map((each: { id: string }) => each.id)).toEqual(before);
    expect(repositories.every((each: { removed_at: unknown }) => each.removed_at === null)).toBe(true);
    expect((await stage.integration(integrationId)).status).toBe('active');
  });

  it('is not believed of a GitHub that does not know the App, or does not answer', async () => {
    stage.github.intercept = (route) =>
      route.startsWith('GET /app') ? { status: 404, text: '<h1>Not here</h1>' } : undefined;
    await stage.deliver('installation', about({ action: 'deleted' }));
    await expect(stage.work()).rejects.toThrow();
    expect((await stage.integration(integrationId)).status).toBe('active');
    expect(
      await stage.testApp.sql('SELECT attempts, error FROM inbound_deliveries WHERE processed_at IS NULL'),
    ).toEqual([{ attempts: 1, error: expect.stringContaining('GitHub did not show the installation') }]);
    stage.github.intercept = () => undefined;
    await stage.work();
    expect(await count('inbound_deliveries WHERE processed_at IS NULL')).toBe(0);
  });
});

describe('what a delivery says', () => {
  it('is not taken for true: suspended and deleted by forged fields change nothing, and order does not matter', async () => {
    for (const action of ['unsuspend', 'deleted', 'suspend', 'created'])
      await stage.deliver('installation', about({ action, sender: { login: 'x' } })).expect(202);
    await stage.work();
    expect((await stage.integration(integrationId)).status).toBe('active');
  });

  it('about one repository has just that one read, by its number', async () => {
    const [renamed] = stage.github.repositories;
    Object.assign(renamed!, {
      full_name: `org-${id}/renamed`,
      archived: true,
      visibility: 'public',
      private: false,
    });
    const repositoryInIt = { id: renamed!.id, full_name: 'evil/name' };
    await stage.deliver('repository', about({ action: 'renamed', repository: repositoryInIt }));
    await stage.work();

    const { repositories } = await stage.repositories(integrationId);
    const byId = new Map(repositories.map((each: { github_id: string }) => [each.github_id, each]));
    expect(byId.get(String(renamed!.id))).toMatchObject({
      full_name: `org-${id}/renamed`,
      archived: true,
      visibility: 'public',
      removed_at: null,
    });
    expect(stage.github.requests('GET', '/installation/repositories')).toEqual([]);
  });

  it('reaches every organisation that has the installation, and no other', async () => {
    const other = await stage.testApp.account();
    const theirs = (await stage.install(id, 'owner', other)).searchParams.get('integration');
    expect(theirs).not.toBe(integrationId);
    await stage.deliver('installation_repositories', about({ action: 'removed' })).expect(202);
    expect(await count('inbound_deliveries WHERE processed_at IS NULL')).toBe(2);
    await stage.work();
    await stage.testApp.as(other).get(`/integrations/${integrationId}/repositories`).expect(404);
  });
});
