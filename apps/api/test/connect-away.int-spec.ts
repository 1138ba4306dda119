import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
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

/** Somebody has consented at the provider, and their browser is on its way back. */
async function arrive(account: Account = stage.admin): Promise<{ browser: Browser; callback: URL }> {
  const browser = stage.browser(account);
  return { browser, callback: await consent(await browser.initiate(id)) };
}

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

describe('while the browser is away', () => {
  const lost: [what: string, change: (member: Account) => Promise<unknown>, code: string][] = [
    [
      'the member is removed',
      ({ userId }) => stage.testApp.sql('DELETE FROM organization_members WHERE user_id = $1', [userId]),
      'OAUTH_STATE_INVALID',
    ],
    [
      'the account is switched off',
      ({ userId }) => stage.testApp.sql('UPDATE users SET is_active = false WHERE id = $1', [userId]),
      'OAUTH_STATE_INVALID',
    ],
    [
      'the person signs out',
      (member) => stage.testApp.as(member).post('/auth/logout').expect(200),
      'OAUTH_STATE_INVALID',
    ],
    [
      'the permission is lost',
      ({ userId }) =>
        stage.testApp.sql("UPDATE organization_members SET role = 'viewer' WHERE user_id = $1", [userId]),
      'FORBIDDEN',
    ],
  ];

  it.each(lost)('%s: nothing is kept', async (_what, change, code) => {
    const member = await stage.testApp.member(stage.admin.organizationId, 'org_admin');
    const { browser, callback } = await arrive(member);
    await change(member);

    expect(outcomeOf(await browser.land(callback)).code).toBe(code);
    await expectUntouched();
  });

  it('the integration is deleted: nothing is kept', async () => {
    const { browser, callback } = await arrive();
    await stage.testApp.as(stage.admin).delete(`/integrations/${id}`).expect(200);

    expect(outcomeOf(await browser.land(callback))).toEqual(failed('OAUTH_STATE_INVALID'));
    expect(stage.oidc.tokenRequests).toEqual({});
  });

  it.each([
    ['another address', { config: { token_url: 'http://127.0.0.1:9/token' } }],
    ['another client', { client_id: 'another-client', client_secret: 'another-secret' }],
  ])(
    'the integration gets %s: the code is sent nowhere',
    async (_what, { config, ...client }: Record<string, unknown>) => {
      const { browser, callback } = await arrive();
      const as = stage.testApp.as(stage.admin);
      const before = await stage.integration(id);
      if (config)
        await as
          .patch(`/integrations/${id}`, { config: { ...before.config, ...(config as object) } })
          .expect(200);
      else
        await as
          .patch(`/integrations/${id}/credentials`, { credential_type: 'oauth2', ...client })
          .expect(200);

      expect(outcomeOf(await browser.land(callback))).toEqual(failed('CONFLICT', { integration: id }));
      await expectUntouched();
      expect((await stage.audit('integration.connect_failed')).at(-1)).toMatchObject({
        outcome: 'failure',
        resource_id: id,
        metadata: { code: 'CONFLICT' },
      });
    },
  );
});
