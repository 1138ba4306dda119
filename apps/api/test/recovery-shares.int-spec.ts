import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { Actor } from '../src/common/actor.js';
import { AppCreation } from '../src/github-app/apps/app-creation.js';
import { RecoveryService } from '../src/health-monitor/recovery.service.js';
import { Counterpart, eventually } from './support/counterpart.js';
import { keyPair } from './support/key-pairs.js';
import { type Account, TestApp } from './support/test-app.js';

/** One organisation alone gets no more places at once. */
const ALONE = 4;

let testApp: TestApp;
let github: Counterpart;
let many: Account;
let few: Account;
let hanging: PromiseWithResolvers<void>;

beforeAll(async () => {
  github = await Counterpart.start();
  testApp = await TestApp.start({ environment: { EGRESS_HOST_MAP: github.mapping('github.example.com') } });
  many = await testApp.account();
  few = await testApp.account();
});

beforeEach(() => {
  hanging = Promise.withResolvers<void>();
  github.answers({
    '*': async ({ path }: { path: string }) => {
      if (path.startsWith('/hangs')) await hanging.promise;
      return { status: 404, json: { message: 'Not Found' } };
    },
  });
});

afterAll(async () => {
  await testApp.close();
  await github.close();
});

const { privateKey } = keyPair('rsa');

/** Apps of an organisation, on a server of its own, whose webhooks are due. */
async function makeApps({ organizationId, userId }: Account, count: number, server: string): Promise<void> {
  const origin = { ip: null, userAgent: null, requestId: null };
  const actor = { kind: 'user', userId, organizationId, origin } as Actor;
  for (let number = 1; number <= count; number += 1) {
    await testApp.app.get(AppCreation, { strict: false }).create(actor, {
      organizationId,
      ref: crypto.randomUUID(),
      webUrl: 'https://github.example.com',
      apiUrl: `https://github.example.com/${server}`,
      made: {
        appId: String(number),
        slug: `app-${number}`,
        name: `App ${number}`,
        clientId: `client-${number}`,
        owner: null,
        htmlUrl: null,
        privateKey,
        clientSecret: 'client-secret-marked',
        webhookSecret: 'webhook-secret-marked',
      } as never,
    });
  }
}

const asked = (server: string): number =>
  github.requests.filter(({ path }) => path.startsWith(`/${server}/`)).length;

it('the webhooks of an organisation whose server hangs hold up nobody else’s', async () => {
  await makeApps(many, 12, 'hangs');
  await testApp.sql("UPDATE github_apps SET hook_check_at = '2000-01-01'");
  await makeApps(few, 3, 'well');
  await testApp.sql("UPDATE github_apps SET hook_check_at = '2000-01-02' WHERE organization_id = $1", [
    few.organizationId,
  ]);
  const recovery = testApp.app.get(RecoveryService, { strict: false });
  const round = recovery.round(new AbortController().signal);
  try {
    await eventually(() => asked('well') === 3, 'those of the other are looked at');
    await eventually(() => asked('hangs') === ALONE, 'so many of the one are under way');
  } finally {
    hanging.resolve();
    await round;
    await recovery.settled();
  }
  expect(asked('hangs')).toBe(12);
});
