import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RecoveryService } from '../src/health-monitor/recovery.service.js';
import { Browser, PUBLIC_URL } from './support/connect-stage.js';
import { dumpDatabase } from './support/dump.js';
import { FakeGitHub } from './support/github.js';
import { GitHubStage, HOOK } from './support/github-stage.js';
import { finishRotations } from './support/keys.js';
import { round } from './support/watch.js';

const WEB = 'https://ghe.example.com';
let stage: GitHubStage;
let browser: Browser;

beforeAll(async () => {
  const ghe = await FakeGitHub.start(undefined, '/api/v3', WEB);
  stage = await GitHubStage.start({
    GITHUB_APP_ID: '',
    GITHUB_APP_SLUG: '',
    GITHUB_APP_CLIENT_ID: '',
    GITHUB_APP_CLIENT_SECRET: '',
    GITHUB_APP_WEBHOOK_SECRET: '',
    GITHUB_APP_PRIVATE_KEY: '',
    EGRESS_HOST_MAP: ghe.server.mapping('ghe.example.com'),
  });
  await stage.github.server.close();
  stage.github = ghe;
});

afterAll(() => stage.close());

beforeEach(() => {
  browser = stage.browser();
  stage.github.intercept = () => undefined;
  stage.github.server.requests.length = 0;
});

const parameters = (url: URL) => Object.fromEntries(url.searchParams);
const failed = (code: string) => ({ flow: 'github_app', outcome: 'failed', code, display: 'page' });
const texts: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" };
const unescaped = (text: string): string => text.replace(/&(amp|lt|gt|quot|#39);/g, (each) => texts[each]!);

async function open(address: string, cookie = browser.cookieHeader) {
  const { pathname, search } = new URL(address);
  return stage.testApp.http.get(pathname + search).set('cookie', cookie);
}

/** What the page's form would send, and where. */
async function form(body: object = {}) {
  const address = await browser.begin('/github-app/manifest', { web_url: WEB, ...body });
  const page = await open(address);
  expect(page.status).toBe(200);
  const [, action = ''] = /<form method="post" action="([^"]*)"/.exec(page.text) ?? [];
  const [, manifest = ''] = /name="manifest" value="([^"]*)"/.exec(page.text) ?? [];
  return { page, action: new URL(unescaped(action)), manifest: JSON.parse(unescaped(manifest)) };
}

/** GitHub makes the App and sends the browser back. */
async function make(code: string, answer: object = {}, body: object = {}) {
  const sent = await form(body);
  stage.github.conversions.set(code, answer);
  const state = sent.action.searchParams.get('state');
  const landing = await browser.land(
    `${PUBLIC_URL}/api/v1/github-app/manifest/callback?code=${code}&state=${state}`,
  );
  return { ...sent, landing };
}

const apps = async () => (await stage.api.get('/github-app').expect(200)).body.data.github_apps;

describe('the page that takes the manifest to GitHub', () => {
  it('has what the App is to be, and goes to that GitHub alone', async () => {
    const { page, action, manifest } = await form({ organization: 'octo-org', name: 'It’s <b>"ours"</b>' });
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'nonce-[^']+'; form-action https:\/\/ghe\.example\.com 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(page.text).not.toMatch(/<script|<b>/);
    expect(action.origin + action.pathname).toBe(`${WEB}/organizations/octo-org/settings/apps/new`);
    const base = `${PUBLIC_URL}/api/v1/github-app`;
    expect(manifest).toEqual({
      name: 'It’s <b>"ours"</b>',
      url: PUBLIC_URL,
      description: expect.any(String),
      hook_attributes: {
        url: expect.stringMatching(
          /^https:\/\/latchkey\.example\.com\/api\/v1\/github-app\/webhook\?app=[\w-]{22}\.[0-9a-f-]{36}$/,
        ),
        active: true,
      },
      redirect_url: `${base}/manifest/callback`,
      callback_urls: [`${base}/callback`],
      setup_url: expect.stringContaining(`${base}/setup?app=`),
      setup_on_update: true,
      request_oauth_on_install: false,
      public: false,
      default_permissions: { metadata: 'read', contents: 'read' },
      default_events: ['repository'],
    });
  });

  it('is shown to the browser that began, and names the App after the organisation', async () => {
    const address = await browser.begin('/github-app/manifest', { web_url: WEB });
    const elsewhere = await open(address, '');
    expect(elsewhere.status).toBe(303);
    expect(parameters(new URL(elsewhere.headers.location!))).toEqual(failed('OAUTH_STATE_INVALID'));
    const { manifest, action } = await form();
    expect(manifest.name).toMatch(/^Latchkey Organisation/);
    expect(action.pathname).toBe('/settings/apps/new');
  });

  it('is not made for what is no GitHub', async () => {
    for (const body of [
      { organization: 'bad login' },
      { organization: 'octo-org/../x' },
      { web_url: `${WEB}/path` },
      { web_url: 'ftp://ghe.example.com' },
      { web_url: 'https://user@ghe.example.com' },
      { name: ' ' },
      { name: 'x'.repeat(35) },
    ])
      await stage.api.post('/github-app/manifest', body).expect(400);
  });
});

describe('an App of an organisation', () => {
  it('is made with its secrets sealed, and shown without them', async () => {
    const { landing } = await make('first');
    expect(parameters(landing)).toEqual({ flow: 'github_app', outcome: 'connected', display: 'page' });
    const [conversion] = stage.github.requests('POST', /conversions$/);
    expect(conversion).toMatchObject({ path: '/api/v3/app-manifests/first/conversions' });
    expect(conversion!.headers.authorization).toBeUndefined();

    const [made] = await apps();
    expect(made).toMatchObject({
      slug: 'latchkey-test',
      web_url: WEB,
      api_url: `${WEB}/api/v3`,
      html_url: `${WEB}/apps/latchkey-test`,
      owner: 'octo-org',
      hook: null,
      installations: 0,
    });
    const { app } = stage.github;
    const secrets = [app.client_secret, app.webhook_secret, app.pem.split('\n')[3]!];
    for (const [where, text] of await dumpDatabase(stage.testApp))
      for (const secret of secrets) expect([where, text.includes(secret)]).toEqual([where, false]);
  });

  it('is not made of a code that was used, or of an answer that is none', async () => {
    const before = (await apps()).length;
    const address = await browser.begin('/github-app/manifest', { web_url: WEB });
    const state = new URL(address).searchParams.get('state');
    const back = await browser.land(
      `${PUBLIC_URL}/api/v1/github-app/manifest/callback?code=used&state=${state}`,
    );
    expect(parameters(back)).toEqual(failed('OAUTH_EXCHANGE_FAILED'));
    const broken = await make('broken', { pem: '-----BEGIN RSA PRIVATE KEY-----\nnonsense', id: 4712 });
    expect(parameters(broken.landing)).toEqual(failed('OAUTH_PROVIDER_ERROR'));
    expect(await apps()).toHaveLength(before);
  });

  it('is installed on its own server, whose API the integration uses', async () => {
    const integrationId = await stage.connected(500, 'ghe-org');
    expect(await stage.integration(integrationId)).toMatchObject({
      config: { api_base_url: `${WEB}/api/v3` },
    });
    await round(stage.testApp.app);
    expect((await stage.integration(integrationId)).status).toBe('active');
    await stage.sync(integrationId);
    expect(stage.github.requests('GET', '/api/v3/installation/repositories').length).toBeGreaterThan(0);
    expect(stage.github.server.requests.every(({ headers }) => headers.host === 'ghe.example.com')).toBe(
      true,
    );

    const [{ id }] = await apps();
    const refused = await stage.api.delete(`/github-app/${id}`).expect(409);
    expect(refused.body.error.message).toBe('An integration uses this App. Delete what uses it first.');
  });

  it('has a webhook of its own, under its own secret, also after the key of the organisation was rotated', async () => {
    const { manifest } = await form();
    const planned = new URL(manifest.hook_attributes.url);
    const [{ id }] = await apps();
    const address = `${HOOK}?app=${planned.searchParams.get('app')!.split('.')[0]}.${id}`;
    const send = () =>
      stage.deliver('installation', { action: 'created', installation: { id: 500 } }, {}, address);
    expect((await send().expect(202)).body.data.delivery).toBe('accepted');
    await stage.deliver('installation', { installation: { id: 500 } }, {}, HOOK).expect(404);

    await stage.api
      .post('/admin/keys/rotate', { kind: 'organization', organization_id: stage.admin.organizationId })
      .expect(202);
    await finishRotations(stage.testApp.app);
    const rows = await stage.testApp.sql('SELECT key_version FROM github_apps');
    expect(rows).toEqual([{ key_version: 2 }]);
    await stage.api
      .post('/admin/keys/retire', { kind: 'organization', organization_id: stage.admin.organizationId })
      .expect(200);
    expect((await send().expect(202)).body.data.delivery).toBe('accepted');
    const stranger = await stage.testApp.account();
    expect((await stage.testApp.as(stranger).get('/github-app').expect(200)).body.data.github_apps).toEqual(
      [],
    );
    await stage.testApp.as(stranger).delete(`/github-app/${id}`).expect(404);
    await stage.testApp.as(stranger).post('/github-app/install', { app_id: id }).expect(404);
  });
});

describe('its webhook', () => {
  const look = async () => {
    await stage.testApp.sql("UPDATE github_apps SET hook_check_at = '2000-01-01'");
    const recovery = stage.testApp.app.get(RecoveryService, { strict: false });
    await recovery.round(new AbortController().signal);
    await recovery.settled();
    return (await apps())[0].hook;
  };
  const recoveries = async (): Promise<string[]> =>
    (
      await stage.testApp.sql<{ message: string }>(
        "SELECT message FROM integration_logs WHERE action = 'recovery_attempted' ORDER BY created_at, id",
      )
    ).map(({ message }) => message);
  const delivered = (id: number, status: number, guid = `guid-${id}`) => ({
    id,
    guid,
    delivered_at: new Date(stage.clock.now() - id * 1000).toISOString(),
    redelivery: false,
    status_code: status,
    event: 'installation',
    action: 'created',
    installation_id: 500,
    repository_id: null,
  });

  it('is set again when it goes elsewhere, and what was missed is asked for once', async () => {
    stage.github.hook = {
      url: 'https://elsewhere.example.com',
      content_type: 'form',
      secret: 'x',
      insecure_ssl: '1',
    };
    stage.github.deliveries = [
      delivered(1, 502),
      delivered(2, 200, 'guid-3'),
      delivered(3, 500),
      delivered(4, 0),
      delivered(5, 413),
      delivered(7200, 500),
    ];
    const [{ id }] = await apps();
    const hook = await look();
    expect(hook).toMatchObject({ ok: true, url: expect.stringContaining(`.${id}`), problem: null });
    expect(stage.github.hook).toMatchObject({
      url: hook.url,
      content_type: 'json',
      insecure_ssl: '0',
      secret: stage.github.app.webhook_secret,
    });
    const attempts = () => stage.github.requests('POST', /attempts$/).map(({ path }) => path);
    expect(attempts()).toEqual([4, 1].map((each) => `/api/v3/app/hook/deliveries/${each}/attempts`));
    expect(await recoveries()).toEqual([
      'The webhook went to another address and The webhook was not sent as JSON and The webhook was sent without looking at our certificate: it was set again; 3 missed deliveries were asked for again',
    ]);

    expect(await look()).toMatchObject({
      ok: false,
      problem: '3 deliveries failed again. Look at Advanced in the App’s settings on GitHub for the reason.',
    });
    expect(attempts()).toHaveLength(2);
  });

  it('gets its secret again when GitHub signs with another', async () => {
    stage.github.deliveries = [delivered(9, 401, 'signed-otherwise')];
    stage.github.hook!.secret = 'another';
    await look();
    expect(stage.github.hook!.secret).toBe(stage.github.app.webhook_secret);
  });

  it('that is not there is reported, once', async () => {
    stage.github.hook = null;
    const before = (await recoveries()).length;
    expect(await look()).toMatchObject({
      ok: false,
      problem: expect.stringContaining('The App has no webhook'),
    });
    await look();
    expect((await recoveries()).slice(before)).toEqual([expect.stringContaining('The App has no webhook')]);
  });
});
