import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { tokenAnswer } from './support/oidc.js';
import { HOUR_MS, TokensBench } from './support/tokens-bench.js';
import { round } from './support/watch.js';

let bench: TokensBench;
let id: string;

beforeAll(async () => {
  bench = await TokensBench.start();
});

beforeEach(async () => {
  bench.oidc.onToken();
  id = await bench.connect();
});

afterEach(() => void jest.restoreAllMocks());

afterAll(() => bench.close());

/** The service takes no token, though its issuer knows them. */
const refuse = () => jest.spyOn(bench.oidc, 'accepts').mockResolvedValue(false);

const test = async () => {
  await bench.signIn();
  return bench.testApp.as(bench.admin).post(`/integrations/${id}/test`);
};

async function check(): Promise<void> {
  await bench.testApp.sql('UPDATE integrations SET next_check_at = $2 WHERE id = $1', [
    id,
    bench.clock.date(),
  ]);
  await round(bench.app);
}

/** What the list, the page of the token and the page of the credential say. */
async function shown() {
  await bench.signIn();
  const api = bench.testApp.as(bench.admin);
  const [integration, health, credentials] = await Promise.all([
    api.get(`/integrations/${id}`).expect(200),
    api.get(`/integrations/${id}/tokens/health`).expect(200),
    api.get(`/integrations/${id}/credentials`).expect(200),
  ]);
  return {
    status: integration.body.data.integration.status,
    list: integration.body.data.integration.token_status,
    token: health.body.data.token_health.status,
    state: health.body.data.token_health.state,
    credential: credentials.body.data.credentials.state,
  };
}

const everywhere = (status: string, token: string, state = token) => ({
  status,
  list: token,
  token,
  state,
  credential: state,
});

describe('a token without a refresh token', () => {
  beforeEach(() => bench.authorise(id, (grant) => delete grant.refreshToken));

  it('that is refused is revoked, wherever one looks', async () => {
    bench.oidc.store.forget('AccessToken');
    await check();
    expect(await shown()).toEqual(everywhere('needs_reauth', 'revoked'));
    expect((await test()).status).toBe(422);
    expect(await shown()).toEqual(everywhere('needs_reauth', 'revoked'));
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'CONFLICT' });
    await bench.authorise(id);
    expect((await test()).status).toBe(200);
    expect(await shown()).toEqual(everywhere('active', 'valid', 'active'));
  });

  it('that was refused and is accepted after all works again, wherever one looks', async () => {
    refuse();
    await check();
    expect(await shown()).toEqual(everywhere('needs_reauth', 'revoked'));
    jest.restoreAllMocks();
    expect((await test()).status).toBe(200);
    expect(await shown()).toEqual(everywhere('active', 'expiring', 'active'));
    expect((await bench.read(id)).status).toBe(200);
  });

  it('that has ended is expired, also for a check that comes later', async () => {
    bench.clock.advance(HOUR_MS);
    await check();
    expect(await shown()).toEqual(everywhere('needs_reauth', 'expired'));
    expect((await test()).status).toBe(422);
    expect(await shown()).toEqual(everywhere('needs_reauth', 'expired'));
  });
});

describe('a token that is refused right after its refresh', () => {
  it('counts as ended, wherever one looks, until a refresh brings another', async () => {
    await bench.refresh(id);
    refuse();
    expect((await test()).status).toBe(422);
    expect(await shown()).toEqual(everywhere('needs_reauth', 'expired'));
    bench.oidc.always(tokenAnswer(503, ''));
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'UPSTREAM_ERROR' });
    expect(await shown()).toEqual(everywhere('needs_reauth', 'expired'));
    bench.oidc.onToken();
    jest.restoreAllMocks();
    await bench.refresh(id);
    expect(await shown()).toEqual(everywhere('active', 'valid', 'updated'));
  });
});

describe('a credential whose refresh token is gone', () => {
  it('is not called good by a check that began before that was known', async () => {
    const { access_token: own } = await bench.sealed(id);
    const { promise: gate, resolve: release } = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const accepts = bench.oidc.accepts.bind(bench.oidc);
    jest.spyOn(bench.oidc, 'accepts').mockImplementation(async (token) => {
      // Integrations of the tests before are due as well.
      if (token === own) {
        asked.resolve();
        await gate;
      }
      return accepts(token);
    });
    const checking = check();
    await asked.promise;
    bench.oidc.store.forget('RefreshToken');
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect((await bench.row(id)).state).toBe('revoked');
    release();
    await checking;
    expect((await bench.row(id)).state).toBe('revoked');
  });
});

describe('a credential that was withdrawn, with a refresh token', () => {
  it('is not refreshed, and whoever asks is told so at once', async () => {
    await bench.testApp.sql(
      `UPDATE integration_credentials SET state = 'revoked' WHERE integration_id = $1`,
      [id],
    );
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect(bench.refreshes).toBe(0);
  });
});
