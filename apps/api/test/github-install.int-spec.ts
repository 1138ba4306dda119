import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PUBLIC_URL } from './support/connect-stage.js';
import { GitHubStage } from './support/github-stage.js';
import { round } from './support/watch.js';

let stage: GitHubStage;
let next = 1000;

beforeAll(async () => {
  stage = await GitHubStage.start();
});

afterAll(() => stage.close());

beforeEach(() => {
  stage.github.server.requests.length = 0;
  stage.github.intercept = () => undefined;
});

const parameters = (url: URL) => Object.fromEntries(url.searchParams);
const failed = (code: string) => ({ flow: 'github_install', outcome: 'failed', code, display: 'page' });

/** The browser at the page that GitHub asks for consent on. */
async function onTheWay(id: number, account = stage.admin) {
  const browser = stage.browser(account);
  const page = new URL(await browser.begin('/github-app/install'));
  const state = page.searchParams.get('state');
  const setup = `${PUBLIC_URL}/api/v1/github-app/setup?installation_id=${id}&setup_action=install&state=${state}`;
  return { browser, page, setup };
}

describe('installing the App', () => {
  it('ends in an integration that is named after the account, and works', async () => {
    const id = (next += 1);
    stage.github.repositories = [];
    const integrationId = await stage.connected(id, 'octo-org');

    const integration = await stage.integration(integrationId);
    expect(integration).toMatchObject({
      name: 'octo-org',
      integration_type_id: 'github',
      auth_mode: 'app_installation',
      status: 'pending',
      config: { api_base_url: 'https://api.github.com' },
    });
    await round(stage.testApp.app);
    expect((await stage.integration(integrationId)).status).toBe('active');
    expect(await stage.audited()).toEqual(
      expect.arrayContaining([
        'github_app.install_started',
        'github_app.claim_started',
        'github_app.installation_connected',
        'integration.created',
      ]),
    );
  });

  it('keeps neither the key of the App nor the token of the person', async () => {
    const id = (next += 1);
    const integrationId = await stage.connected(id, 'no-secrets');
    const inspected = await stage.api.get(`/integrations/${integrationId}/credentials`).expect(200);
    expect(JSON.stringify(inspected.body)).toContain('installation_id');
    expect(inspected.body.data.credentials.fields_set ?? inspected.body.data.credentials.field_names).toEqual(
      expect.not.arrayContaining(['private_key']),
    );
    expect(stage.github.requests('DELETE', `/applications/${stage.github.app.client_id}/token`)).toHaveLength(
      1,
    );
  });

  it('asks the person to authorise the App with PKCE, whatever number came back', async () => {
    const id = (next += 1);
    stage.owned(id);
    const { browser, page, setup } = await onTheWay(id);
    expect(page.origin + page.pathname).toBe('https://github.com/apps/latchkey-test/installations/new');

    const authorize = await browser.land(setup);
    expect(authorize.origin + authorize.pathname).toBe('https://github.com/login/oauth/authorize');
    expect(parameters(authorize)).toMatchObject({
      client_id: stage.github.app.client_id,
      redirect_uri: `${PUBLIC_URL}/api/v1/github-app/callback`,
      code_challenge_method: 'S256',
    });
  });

  it('takes the integration that is there back into use', async () => {
    const id = (next += 1);
    const first = await stage.connected(id, 'twice');
    const landing = await stage.install(id);
    expect(landing.searchParams.get('integration')).toBe(first);
    const rows = await stage.testApp.sql('SELECT 1 FROM connected_accounts WHERE external_id = $1', [
      String(id),
    ]);
    expect(rows).toHaveLength(1);
  });

  it('is one integration when two come back at once', async () => {
    const id = (next += 1);
    stage.owned(id, 'at-once');
    const [one, other] = await Promise.all([stage.install(id), stage.install(id)]);
    expect(one.searchParams.get('integration')).toBe(other.searchParams.get('integration'));
    expect(one.searchParams.get('outcome')).toBe('connected');
  });
});

describe('an installation that is not theirs', () => {
  it('is not connected for a stranger who knows its number', async () => {
    const id = (next += 1);
    stage.github.install(id, 'victim');
    stage.github.people.set('stranger', { id: 7, login: 'stranger', installations: [], owns: [] });
    expect(parameters(await stage.install(id, 'stranger'))).toEqual(failed('FORBIDDEN'));
    const rows = await stage.testApp.sql('SELECT 1 FROM connected_accounts WHERE external_id = $1', [
      String(id),
    ]);
    expect(rows).toEqual([]);
  });

  it('is not connected for somebody who reaches one of its repositories', async () => {
    const id = (next += 1);
    stage.github.install(id, 'big-org');
    stage.github.repositories = Array.from({ length: 5 }, (_, index) => ({
      id: index + 1,
      full_name: `big-org/repo-${index}`,
      default_branch: 'main',
      private: true,
      visibility: 'private',
      archived: false,
      html_url: `https://github.com/big-org/repo-${index}`,
    }));
    const reader = { id: 8, login: 'reader', installations: [id], owns: [], reaches: 1 };
    stage.github.people.set('reader', reader);
    expect(parameters(await stage.install(id, 'reader'))).toEqual(failed('FORBIDDEN'));

    stage.github.people.set('reader', { ...reader, reaches: 5 });
    expect((await stage.install(id, 'reader')).searchParams.get('outcome')).toBe('connected');
  });

  it('is not connected when it belongs to another App', async () => {
    const id = (next += 1);
    stage.owned(id, 'other-app');
    stage.github.installations.get(id)!.app_id = 1;
    expect(parameters(await stage.install(id))).toEqual(failed('FORBIDDEN'));
  });

  it('is found among hundreds', async () => {
    const person = { id: 9, login: 'many', installations: [] as number[], owns: ['many-249'] };
    for (let index = 0; index < 250; index += 1) {
      const { id } = stage.github.install((next += 1), `many-${index}`);
      person.installations.push(id);
    }
    stage.github.people.set('many', person);
    expect((await stage.install(next, 'many')).searchParams.get('outcome')).toBe('connected');
    expect(stage.github.requests('GET', '/user/installations')).toHaveLength(3);
  });
});

describe('what comes back', () => {
  it('is taken once', async () => {
    const id = (next += 1);
    stage.owned(id, 'once');
    const { browser, setup } = await onTheWay(id);
    const authorize = await browser.land(setup);
    const callback = stage.github.authorize(authorize.toString(), 'owner');
    const cookies = new Map(browser.cookies);
    expect((await browser.land(callback)).searchParams.get('outcome')).toBe('connected');

    for (const [name, value] of cookies) browser.cookies.set(name, value);
    expect(parameters(await browser.land(callback))).toEqual(failed('OAUTH_STATE_USED'));
    expect(parameters(await browser.land(setup))).toEqual(failed('OAUTH_STATE_USED'));
  });

  it('is refused in another browser, and after ten minutes', async () => {
    const id = (next += 1);
    stage.owned(id, 'elsewhere');
    const { setup } = await onTheWay(id);
    expect(parameters(await stage.browser().land(setup))).toEqual(failed('OAUTH_STATE_INVALID'));

    const late = await onTheWay(id);
    const authorize = await late.browser.land(late.setup);
    stage.clock.advance(601_000);
    const callback = stage.github.authorize(authorize.toString(), 'owner');
    expect(parameters(await late.browser.land(callback))).toEqual(failed('OAUTH_STATE_EXPIRED'));
  });

  it('is refused with the state of another kind of flow', async () => {
    const id = (next += 1);
    stage.owned(id, 'swapped');
    const { browser, page } = await onTheWay(id);
    const state = page.searchParams.get('state');
    const callback = `${PUBLIC_URL}/api/v1/github-app/callback?code=abc&state=${state}`;
    expect(parameters(await browser.land(callback))).toEqual(failed('OAUTH_STATE_INVALID'));
  });

  it('says what the person decided on GitHub', async () => {
    const id = (next += 1);
    stage.owned(id, 'denied');
    const { browser, setup } = await onTheWay(id);
    const state = (await browser.land(setup)).searchParams.get('state');
    const callback = `${PUBLIC_URL}/api/v1/github-app/callback?error=access_denied&state=${state}`;
    expect(parameters(await browser.land(callback))).toEqual(failed('OAUTH_DENIED'));
  });

  it('waits for the owners where they were asked, and leads to a claim without our state', async () => {
    const browser = stage.browser();
    const base = `${PUBLIC_URL}/api/v1/github-app/setup`;
    const requested = await browser.land(`${base}?setup_action=request`);
    expect(parameters(requested)).toMatchObject({ flow: 'github_install', outcome: 'pending' });

    const claim = await browser.land(`${base}?installation_id=77&setup_action=install`);
    expect(claim.toString()).toBe(`${PUBLIC_URL}/github-app/claim?installation_id=77&app_id=installation`);
    const install = await browser.land(`${PUBLIC_URL}/api/v1/github-app/install`);
    expect(install.toString()).toBe(`${PUBLIC_URL}/integrations/new?type=github&method=app`);
  });
});

describe('an installation that was made on GitHub’s side', () => {
  it('is claimed by whoever proves it', async () => {
    const id = (next += 1);
    stage.owned(id, 'claimed');
    const browser = stage.browser();
    const authorize = await browser.begin('/github-app/claim', { installation_id: String(id) });
    const landing = await browser.land(stage.github.authorize(authorize, 'owner'));
    expect(landing.searchParams.get('outcome')).toBe('connected');
  });

  it('has its repositories read again after a change on GitHub', async () => {
    const id = (next += 1);
    const integrationId = await stage.connected(id, 'updated');
    await stage.sync(integrationId);
    const landing = await stage
      .browser()
      .land(`${PUBLIC_URL}/api/v1/github-app/setup?installation_id=${id}&setup_action=update`);
    expect(parameters(landing)).toMatchObject({ flow: 'github_install', outcome: 'connected' });
    expect((await stage.repositories(integrationId)).sync.state).toBe('queued');
  });
});

describe('the way that installing makes', () => {
  it('is not entered by a form, nor pointed elsewhere', async () => {
    const id = (next += 1);
    const integrationId = await stage.connected(id, 'fixed');
    const credentials = { credential_type: 'github_app', app: 'installation', installation_id: String(id) };
    for (const auth_mode of [undefined, 'app_installation']) {
      const form = {
        integration_type_id: 'github',
        name: 'Typed',
        config: {},
        credentials: { ...credentials, auth_mode },
      };
      const { body } = await stage.api.post('/integrations', form).expect(400);
      expect(body.error.code).toBe('VALIDATION_FAILED');
      await stage.api.post('/integrations/test', form).expect(400);
    }
    const { body } = await stage.api
      .patch(`/integrations/${integrationId}`, { config: { api_base_url: 'https://evil.example.com' } })
      .expect(400);
    expect(body.error.details['config.api_base_url']).toBeDefined();
  });
});
