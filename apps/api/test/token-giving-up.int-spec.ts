import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenAnswer } from './support/oidc.js';
import { HOUR_MS, TokensBench } from './support/tokens-bench.js';

const NAME = 'Generic HTTP API';

let bench: TokensBench;
let id: string;

beforeAll(async () => {
  bench = await TokensBench.start();
});

beforeEach(async () => {
  bench.oidc.onToken();
  id = await bench.connect();
});

afterAll(() => bench.close());

const always = (status: number, body: object | string) => bench.oidc.always(tokenAnswer(status, body));

/** The schedule refreshes whenever that is due, until so much time has passed or nothing is due any more. */
async function pass(hours: number): Promise<void> {
  const end = bench.clock.now() + hours * HOUR_MS;
  for (;;) {
    const { refresh_at: at } = await bench.row(id);
    if (!at || at.getTime() > end) break;
    bench.clock.advance(Math.max(0, at.getTime() - bench.clock.now()));
    await bench.refresh(id, 'schedule').catch(() => undefined);
  }
  bench.clock.advance(Math.max(0, end - bench.clock.now()));
}

const hasGivenUp = async () => (await bench.integration(id)).status === 'needs_reauth';

describe('a provider that refuses again and again with an error that nobody knows', () => {
  const test = async () => {
    await bench.signIn();
    await bench.testApp.as(bench.admin).post(`/integrations/${id}/test`);
  };

  it('counts as ended what the service refuses, though no end of it is known', async () => {
    await bench.authorise(id, (grant) => delete grant.lifetimeSeconds);
    bench.oidc.store.forget('AccessToken');
    always(400, { error: 'refresh_token_gone' });
    for (const _ of [1, 2, 3, 4, 5, 6, 7, 8]) {
      expect(await hasGivenUp()).toBe(false);
      await test();
      bench.clock.advance(HOUR_MS);
    }
    await test();
    expect(await hasGivenUp()).toBe(true);
    expect((await bench.row(id)).state).toBe('expired');
  });

  it('is not given up for a refusal that a call brought about, while checks find that the token is good', async () => {
    await bench.authorise(id, (grant) => delete grant.lifetimeSeconds);
    const { access_token: token } = await bench.sealed(id);
    bench.oidc.store.forget('AccessToken');
    always(400, { error: 'refresh_token_gone' });
    await test();
    expect((await bench.row(id)).metadata.oauth?.refusals).toMatchObject({ token_refused: true });
    await bench.testApp.sql(`UPDATE integrations SET status = 'active' WHERE id = $1`, [id]);
    await pass(24);
    expect(await hasGivenUp()).toBe(false);
    expect(await bench.read(id)).toMatchObject({ status: 200, token });
  });

  it.each<[string, number, object | string]>([
    ['an error of its own', 400, { error: 'refresh_token_gone' }],
    ['no error at all', 400, {}],
    ['a web page', 403, '<html>Forbidden</html>'],
    ['a success that is none', 200, { error: 'refresh_token_gone' }],
    ['an incomplete request', 400, { error: 'invalid_request' }],
  ])('with %s, is believed after hours, and not at once', async (_, status, body) => {
    always(status, body);
    await pass(4);
    expect(await hasGivenUp()).toBe(false);
    expect((await bench.row(id)).refresh_at).not.toBeNull();
    await pass(6);
    expect(await bench.integration(id)).toMatchObject({
      status: 'needs_reauth',
      error_message: expect.stringMatching(
        new RegExp(
          `^${NAME} (refused|found) .*, again and again for [67] hours, and the access token is of no use any more$`,
        ),
      ),
      error_hint: expect.stringContaining('press “Authorise again”'),
      next_check_at: null,
    });
    expect(await bench.row(id)).toMatchObject({ state: 'expired', refresh_at: null, lease_token: null });
    expect((await bench.events(id)).at(-1)).toMatchObject({ kind: 'refused', cause: 'schedule' });
    expect((await bench.told(id)).map(({ change }) => change)).toEqual(['needs_reauth']);
    const asked = bench.refreshes;
    await pass(48);
    expect((await bench.read(id)).error?.code).toBe('REAUTHORIZATION_REQUIRED');
    expect(bench.refreshes).toBe(asked);
  });

  it('may be asked by a person all the same, and everything is well when it gives a token', async () => {
    always(400, { error: 'refresh_token_gone' });
    await pass(10);
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect((await bench.told(id)).map(({ change }) => change)).toEqual(['needs_reauth']);
    bench.oidc.onToken();
    await bench.refresh(id);
    expect(await bench.integration(id)).toMatchObject({ status: 'active', error_message: null });
    expect((await bench.read(id)).status).toBe(200);
    const { metadata, refresh_at: refreshAt } = await bench.row(id);
    expect(refreshAt).not.toBeNull();
    expect(metadata.oauth).toMatchObject({ failure: null });
    // It begins anew.
    always(400, { error: 'refresh_token_gone' });
    await pass(4);
    expect(await hasGivenUp()).toBe(false);
  });

  it('is not given up while the token lives', async () => {
    await bench.authorise(id, (grant) => (grant.lifetimeSeconds = 14 * 24 * 3600));
    always(400, { error: 'refresh_token_gone' });
    await bench.testApp.sql('UPDATE integration_credentials SET refresh_at = $2 WHERE integration_id = $1', [
      id,
      bench.clock.date(),
    ]);
    await pass(72);
    expect(await hasGivenUp()).toBe(false);
    expect((await bench.read(id)).status).toBe(200);
  });
});

describe('what a new consent would not help', () => {
  it.each<[string, number, object | string]>([
    ['a server that is not able to answer', 503, ''],
    ['one that is too slow for itself', 408, { error: 'something' }],
    ['one that does not want it so early', 425, {}],
    ['one that limits our calls', 429, {}],
    ['a token endpoint that is elsewhere', 404, ''],
    ['one that is no token endpoint', 400, { error: 'unsupported_grant_type' }],
    ['a client that is refused', 401, { error: 'invalid_client' }],
    ['a success without a token', 200, {}],
  ])('%s, is never given up', async (_, status, body) => {
    always(status, body);
    await pass(60);
    expect(await hasGivenUp()).toBe(false);
    expect((await bench.row(id)).refresh_at).not.toBeNull();
  });
});
