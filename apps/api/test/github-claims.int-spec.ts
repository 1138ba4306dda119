import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RecoveryService } from '../src/health-monitor/recovery.service.js';
import { PUBLIC_URL } from './support/connect-stage.js';
import type { Answer } from './support/counterpart.js';
import { repository } from './support/github.js';
import { GitHubStage } from './support/github-stage.js';

let stage: GitHubStage;
let id = 8000;

beforeAll(async () => {
  stage = await GitHubStage.start();
});

afterAll(() => stage.close());

/** An installation with five repositories, an owner, and somebody who reaches one of the five. */
beforeEach(() => {
  id += 1;
  stage.github.intercept = () => undefined;
  stage.github.repositories = [1, 2, 3, 4, 5].map((number) => repository(id * 10 + number));
  stage.owned(id, `org-${id}`, `owner-${id}`);
  stage.github.people.set('reader', { id: 8, login: 'reader', installations: [id], owns: [], reaches: 1 });
});

const MESSAGE = { message: 'Not Found', documentation_url: 'https://docs.github.com/rest' };
const refusing = (part: RegExp, answer: Answer) => {
  stage.github.intercept = (route) => (part.test(route) ? answer : undefined);
};
const outcome = async (person: string) => {
  const { searchParams } = await stage.install(id, person);
  return [searchParams.get('outcome'), searchParams.get('code')];
};
const COUNT = /^GET \/user\/installations\/\d+\/repositories/;
const MEMBERSHIP = /^GET \/user\/memberships/;

describe('who reaches one repository of five', () => {
  it('gets nothing by running into a limit before GitHub says so', async () => {
    for (const headers of [{ 'x-ratelimit-remaining': '0' }, { 'retry-after': '60' }] as Record<
      string,
      string
    >[]) {
      refusing(COUNT, { status: 403, headers, json: { message: 'API rate limit exceeded' } });
      expect(await outcome('reader')).toEqual(['failed', 'OAUTH_PROVIDER_ERROR']);
    }
    refusing(MEMBERSHIP, { status: 403, json: { message: 'You have exceeded a secondary rate limit.' } });
    expect(await outcome('reader')).toEqual(['failed', 'OAUTH_PROVIDER_ERROR']);
  });

  it('gets nothing where GitHub does not let them count', async () => {
    refusing(COUNT, {
      status: 403,
      json: { message: 'Resource protected by organization SAML enforcement.' },
    });
    expect(await outcome('reader')).toEqual(['failed', 'OAUTH_PROVIDER_ERROR']);
    refusing(/^POST \/app\/installations/, { status: 403, json: { message: 'Forbidden' } });
    expect(await outcome('reader')).toEqual(['failed', 'OAUTH_PROVIDER_ERROR']);
  });

  it('gets nothing of a suspended installation, which its owner does', async () => {
    Object.assign(stage.github.installations.get(id)!, { suspended_at: '2026-01-01T00:00:00Z' });
    expect(await outcome('reader')).toEqual(['failed', 'FORBIDDEN']);
    expect(await outcome(`owner-${id}`)).toEqual(['connected', null]);
  });

  it('gets nothing by giving up their access at the right moment', async () => {
    stage.github.intercept = (route) => {
      if (!COUNT.test(route)) return undefined;
      stage.github.people.get('reader')!.installations = [];
      return { status: 404, json: MESSAGE };
    };
    expect(await outcome('reader')).toEqual(['failed', 'FORBIDDEN']);
  });
});

describe('a member who is no owner', () => {
  it('gets nothing of a GitHub that does not count', async () => {
    stage.github.intercept = (route) => {
      if (MEMBERSHIP.test(route)) return { json: { state: 'active', role: 'member' } };
      return COUNT.test(route) ? { status: 404, json: MESSAGE } : undefined;
    };
    expect(await outcome('reader')).toEqual(['failed', 'FORBIDDEN']);
  });
});

describe('an owner', () => {
  it.each([404, 405, 501])(
    'gets through at a GitHub that answers %i to what it does not have',
    async (status) => {
      refusing(new RegExp(`${MEMBERSHIP.source}|${COUNT.source}`), { status, text: 'Cannot GET' });
      expect(await outcome(`owner-${id}`)).toEqual(['connected', null]);
    },
  );

  it('of a personal account gets through, also where GitHub does not say who they are', async () => {
    const { account } = stage.github.installations.get(id)!;
    account.type = 'User';
    stage.github.people.get(`owner-${id}`)!.id = account.id;
    expect(await outcome(`owner-${id}`)).toEqual(['connected', null]);
    refusing(new RegExp(`^GET /user$|${COUNT.source}`), { status: 404, json: MESSAGE });
    expect(await outcome(`owner-${id}`)).toEqual(['connected', null]);
  });
});

describe('what GitHub sends a browser back with', () => {
  it('is understood at the callback URL, where the App asks for authorisation while it is installed', async () => {
    const browser = stage.browser();
    const state = new URL(await browser.begin('/github-app/install')).searchParams.get('state');
    const back = `${PUBLIC_URL}/api/v1/github-app/callback?code=abc&installation_id=${id}&setup_action=install`;
    const authorize = await browser.land(`${back}&state=${state}`);
    const landing = await browser.land(stage.github.authorize(authorize.toString(), `owner-${id}`));
    expect(landing.searchParams.get('outcome')).toBe('connected');
    expect((await browser.land(back)).pathname).toBe('/github-app/claim');
  });

  it('tells nobody which integration an installation is, and does not have it read without end', async () => {
    const integrationId = (await stage.install(id, `owner-${id}`)).searchParams.get('integration')!;
    const setup = `${PUBLIC_URL}/api/v1/github-app/setup?installation_id=${id}&setup_action=update`;
    const states: unknown[] = [];
    for (let times = 0; times < 8; times += 1) {
      await stage.sync(integrationId);
      expect((await stage.browser().land(setup)).search).not.toContain(integrationId);
      states.push((await stage.repositories(integrationId)).sync.state);
    }
    expect(states.slice(0, 2)).toEqual(['queued', 'queued']);
    expect(states.at(-1)).toBe('completed');
  });
});

describe('the webhook of the installation’s App', () => {
  it('is looked at as soon as somebody uses the App, however long nobody did', async () => {
    await stage.testApp.sql('DELETE FROM connected_accounts');
    await stage.testApp.sql('UPDATE installation SET github_app_hook_check_at = NULL');
    const recovery = stage.testApp.app.get(RecoveryService, { strict: false });
    const look = async () => {
      await recovery.round(new AbortController().signal);
      await recovery.settled();
    };
    await look();
    stage.github.hook = { url: 'https://elsewhere.example.com', content_type: 'json', secret: 'x' };
    await stage.install(id, `owner-${id}`);
    await look();
    expect(stage.github.hook.url).toBe(`${PUBLIC_URL}/api/v1/github-app/webhook`);
  });
});
