import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { FlowStates } from '../src/connect/flow-states.service.js';
import { type Browser, ConnectStage, outcomeOf } from './support/connect-stage.js';
import { consent } from './support/oidc.js';
import type { Account } from './support/test-app.js';

let stage: ConnectStage;
let id: string;

beforeAll(async () => {
  stage = await ConnectStage.start();
});

beforeEach(async () => {
  id = await stage.create();
  stage.oidc.resetCounts();
});

afterAll(() => stage.close());

interface Arrival {
  browser: Browser;
  callback: URL;
}

/** Somebody has consented at the provider, and their browser is on its way back. */
async function arrive(account: Account = stage.admin, integration = id, body: object = {}): Promise<Arrival> {
  const browser = stage.browser(account);
  return { browser, callback: await consent(await browser.initiate(integration, body)) };
}

const parametersOf = ({ searchParams }: URL) => Object.fromEntries(searchParams);
const failed = (code: string, more: object = {}) => ({
  flow: 'connect',
  outcome: 'failed',
  code,
  display: 'page',
  ...more,
});

/** Nothing was exchanged, and the integration is as it was. */
async function expectUntouched(integration = id): Promise<void> {
  expect(stage.oidc.tokenRequests).toEqual({});
  const [row] = await stage.testApp.sql<{ status: string; field_names: string[] }>(
    `SELECT i.status, c.field_names FROM integrations i JOIN integration_credentials c ON c.integration_id = i.id
     WHERE i.id = $1`,
    [integration],
  );
  expect(row).toEqual({ status: 'pending', field_names: ['client_id', 'client_secret'] });
}

const refusals = (organizationId = stage.admin.organizationId) =>
  stage.audit('oauth.state_refused', organizationId);

describe('a state', () => {
  it('works once: reloading the page finds it used, in the same browser and in others', async () => {
    const { browser, callback } = await arrive();
    expect(outcomeOf(await browser.land(callback)).outcome).toBe('connected');
    const again = await browser.land(callback);

    expect(outcomeOf(again)).toEqual(failed('OAUTH_STATE_USED', { integration: id }));
    expect(outcomeOf(await stage.browser().land(callback)).code).toBe('OAUTH_STATE_USED');
    expect((await stage.integration(id)).status).toBe('active');
    expect(stage.oidc.tokenRequests).toEqual({ authorization_code: 1 });
    expect((await refusals()).at(-1)).toMatchObject({
      outcome: 'blocked',
      actor_type: 'anonymous',
      resource_id: id,
      metadata: { code: 'OAUTH_STATE_USED', reason: 'used', purpose: 'connect' },
    });
  });

  it('works once for twenty requests at once', async () => {
    const { browser, callback } = await arrive();
    const landed = await Promise.all(Array.from({ length: 20 }, () => browser.land(callback)));

    const codes = landed.map((url) => outcomeOf(url).code ?? outcomeOf(url).outcome);
    expect(codes.toSorted()).toEqual(['connected', ...Array<string>(19).fill('OAUTH_STATE_USED')].toSorted());
    expect(stage.oidc.tokenRequests).toEqual({ authorization_code: 1 });
  });

  it('works once for the GET and the POST together', async () => {
    const { browser, callback } = await arrive();
    const [landed, posted] = await Promise.all([
      browser.land(callback),
      browser.post(parametersOf(callback)),
    ]);

    const outcomes = [outcomeOf(landed).outcome === 'connected', posted.status === 200];
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect([outcomeOf(landed).code, posted.body.error?.code].filter(Boolean)).toEqual(['OAUTH_STATE_USED']);
    expect(stage.oidc.tokenRequests).toEqual({ authorization_code: 1 });
  });

  it('works once on two replicas', async () => {
    const replica = await stage.testApp.launch();
    const { browser, callback } = await arrive();
    const path = `${callback.pathname}${callback.search}`;
    const elsewhere = Array.from({ length: 5 }, () =>
      supertest(replica.getHttpServer()).get(path).set('cookie', browser.cookieHeader),
    );
    const answers = await Promise.all([
      ...elsewhere,
      ...Array.from({ length: 5 }, () => browser.land(callback)),
    ]);
    await replica.close();

    const landed = answers.map((each) => (each instanceof URL ? each : new URL(each.headers.location!)));
    expect(landed.filter((url) => outcomeOf(url).outcome === 'connected')).toHaveLength(1);
    expect(landed.filter((url) => outcomeOf(url).code === 'OAUTH_STATE_USED')).toHaveLength(9);
    expect(stage.oidc.tokenRequests).toEqual({ authorization_code: 1 });
  });

  it('is not used up by a HEAD request', async () => {
    const { browser, callback } = await arrive();
    await stage.testApp.http
      .head(`${callback.pathname}${callback.search}`)
      .set('cookie', browser.cookieHeader)
      .expect(303);
    expect(stage.oidc.tokenRequests).toEqual({});
    expect(outcomeOf(await browser.land(callback)).outcome).toBe('connected');
  });

  it('works for ten minutes', async () => {
    const inTime = await arrive();
    stage.testApp.clock.advance(599_999);
    const tooLate = await arrive();
    expect(outcomeOf(await inTime.browser.land(inTime.callback)).outcome).toBe('connected');
    stage.oidc.resetCounts();
    stage.testApp.clock.advance(600_000);
    const sameWithoutCookie = stage.browser();

    for (const browser of [tooLate.browser, sameWithoutCookie]) {
      expect(outcomeOf(await browser.land(tooLate.callback))).toEqual(
        failed('OAUTH_STATE_EXPIRED', { integration: id }),
      );
    }
    expect(stage.oidc.tokenRequests).toEqual({});
  });

  it('belongs to the browser it began in', async () => {
    const { browser, callback } = await arrive();
    const other = await arrive();
    const stranger = stage.browser();
    const forged = stage.browser();
    for (const [name] of browser.cookies) forged.cookies.set(name, 'A'.repeat(43));
    const swapped = stage.browser();
    for (const [name] of browser.cookies) swapped.cookies.set(name, [...other.browser.cookies.values()][0]!);

    for (const wrong of [stranger, other.browser, forged, swapped]) {
      expect(outcomeOf(await wrong.land(callback))).toEqual(failed('OAUTH_STATE_INVALID'));
      const posted = await wrong.post(parametersOf(callback));
      expect([posted.status, posted.body.error.code]).toEqual([400, 'OAUTH_STATE_INVALID']);
      expect(posted.body.error.message).toContain('another browser');
    }
    await expectUntouched();
    expect(outcomeOf(await browser.land(callback)).outcome).toBe('connected');
  });

  it('belongs to the person who began, and to their organisation', async () => {
    const { browser, callback } = await arrive();
    const colleague = await stage.testApp.member(stage.admin.organizationId, 'org_admin');
    const elsewhere = await stage.testApp.account();

    for (const account of [colleague, elsewhere]) {
      const { status, body } = await browser.post(parametersOf(callback), account);
      expect([status, body.error.code]).toEqual([400, 'OAUTH_STATE_INVALID']);
      expect(body.error.message).toContain('Somebody else started this');
    }
    await expectUntouched();
    expect((await refusals(elsewhere.organizationId))[0]).toEqual({
      outcome: 'blocked',
      actor_type: 'user',
      resource_id: null,
      metadata: { code: 'OAUTH_STATE_INVALID', reason: 'owner' },
    });
    expect((await browser.post(parametersOf(callback))).status).toBe(200);
  });

  it('belongs to its organisation: under the name of another it is unknown', async () => {
    const { browser, callback } = await arrive();
    const elsewhere = await stage.testApp.account();
    const foreign = Buffer.from(elsewhere.organizationId.replaceAll('-', ''), 'hex').toString('base64url');
    const moved = new URL(callback);
    moved.searchParams.set('state', `${foreign}.${callback.searchParams.get('state')!.split('.')[1]}`);

    expect(outcomeOf(await browser.land(moved))).toEqual(failed('OAUTH_STATE_INVALID'));
    await expectUntouched();
  });

  it('belongs to its integration: two flows at once end where they belong, with a code for the other in neither', async () => {
    const otherId = await stage.create();
    const browser = stage.browser();
    const one = await consent(await browser.initiate(id));
    const two = await consent(await browser.initiate(otherId));
    const crossed = new URL(one);
    crossed.searchParams.set('code', two.searchParams.get('code')!);

    // The verifier is that of the state, and the code was asked for with another.
    expect(outcomeOf(await browser.land(crossed))).toEqual(
      failed('OAUTH_EXCHANGE_FAILED', { integration: id }),
    );
    expect((await stage.integration(id)).status).toBe('pending');
    expect(outcomeOf(await browser.land(two)).integration).toBe(otherId);
    expect((await stage.integration(id)).status).toBe('pending');
  });

  it('is refused for another kind of flow', async () => {
    const { browser, callback } = await arrive();
    await stage.testApp.sql(
      "UPDATE oauth_states SET purpose = 'github_app_claim' WHERE integration_id = $1",
      [id],
    );

    expect(outcomeOf(await browser.land(callback))).toEqual(failed('OAUTH_STATE_INVALID'));
    await expectUntouched();
  });

  it.each([
    ['nothing at all', ''],
    ['no state', 'code=abc'],
    ['an empty one', 'code=abc&state='],
    ['one of somebody else’s making', `code=abc&state=${'A'.repeat(22)}.${'B'.repeat(43)}`],
    ['another form', 'code=abc&state=xyz'],
    ['one that is far too long', `code=abc&state=${'A'.repeat(5000)}`],
    ['two', 'code=abc&state=a&state=b'],
    ['a list', 'code=abc&state[]=a'],
    ['an object', 'code=abc&state[a]=b&__proto__[x]=1'],
    ['NUL', 'code=abc&state=%00'],
    ['an error without one', 'error=access_denied'],
  ])('is not %s', async (_what, query) => {
    const landed = await stage.browser().land(`https://x.example/api/v1/oauth/callback?${query}`);

    expect(outcomeOf(landed)).toEqual(failed('OAUTH_STATE_INVALID'));
    await expectUntouched();
  });

  it.each([[{}], [{ state: 5 }], [{ state: ['a'] }], [{ state: null, code: {} }]])(
    'is not %j in a body',
    async (body) => {
      const { status, body: answer } = await stage.browser().post(body);

      expect([status, answer.error.code]).toEqual([400, 'OAUTH_STATE_INVALID']);
    },
  );

  it('is refused without a session where one is needed', async () => {
    await stage.testApp.http.post('/api/v1/oauth/callback').send({ state: 'x' }).expect(401);
  });
});

it('a fault of ours lands on the page too', async () => {
  const { callback, browser } = await arrive();
  await stage.testApp.sql('ALTER TABLE oauth_states RENAME TO away');
  const landed = await browser.land(callback);
  await stage.testApp.sql('ALTER TABLE away RENAME TO oauth_states');

  expect(outcomeOf(landed)).toEqual(failed('INTERNAL'));
  expect(outcomeOf(await browser.land(callback)).outcome).toBe('connected');
});

it('states are forgotten after a day', async () => {
  const { callback, browser } = await arrive();
  const count = async () =>
    (await stage.testApp.sql('SELECT 1 FROM oauth_states WHERE integration_id = $1', [id])).length;
  await stage.testApp.app.get(FlowStates).purge();
  expect(await count()).toBe(1);
  stage.testApp.clock.advance(86_400_001);
  await stage.testApp.app.get(FlowStates).purge();

  expect(await count()).toBe(0);
  expect(outcomeOf(await browser.land(callback)).code).toBe('OAUTH_STATE_INVALID');
});
