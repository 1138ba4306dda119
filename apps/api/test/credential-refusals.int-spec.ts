import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ArgoBench, TOKEN } from './support/argocd.js';
import { round } from './support/watch.js';

const NEW_TOKEN = 'the-newer-secret-token';
const MINUTE = 60_000;

let bench: ArgoBench;

beforeAll(async () => {
  bench = await ArgoBench.start();
});

beforeEach(async () => {
  await bench.testApp.sql('DELETE FROM integrations');
  await bench.signIn(bench.admin);
  bench.healthy();
});

afterAll(() => bench.close());

const api = () => bench.testApp.as(bench.admin);
const now = () => bench.testApp.clock.date().toISOString();
const inspect = async (id: string) =>
  (await api().get(`/integrations/${id}/credentials`).expect(200)).body.data.credentials;
const test = (id: string, status: number) => api().post(`/integrations/${id}/test`).expect(status);

/** The watch looks at it again. */
async function check(id: string): Promise<void> {
  bench.testApp.clock.advance(MINUTE);
  await bench.testApp.sql('UPDATE integrations SET next_check_at = $2 WHERE id = $1', [
    id,
    bench.testApp.clock.date(),
  ]);
  await round(bench.testApp.app);
}

describe('a key that the service refuses', () => {
  it('is said to be refused, since when, and no longer once the service takes it', async () => {
    const { id } = await bench.create(bench.admin, { test: true });
    expect(await inspect(id)).toMatchObject({ state: 'active', refused_at: null });
    bench.acceptingOnly(NEW_TOKEN);
    await check(id);
    const since = now();
    await check(id);
    expect(await inspect(id)).toMatchObject({ state: 'active', refused_at: since });
    expect((await bench.read(id)).status).toBe('error');

    bench.acceptingOnly(TOKEN);
    await check(id);
    expect(await inspect(id)).toMatchObject({ state: 'active', refused_at: null });
  });

  it('before it ever worked is no more than stored, and refused', async () => {
    const { id } = await bench.create();
    bench.acceptingOnly(NEW_TOKEN);
    await test(id, 422);
    expect(await inspect(id)).toMatchObject({ state: 'created', refused_at: now() });
  });

  it('stays refused while the service does not answer', async () => {
    const { id } = await bench.create(bench.admin, { test: true });
    bench.acceptingOnly(NEW_TOKEN);
    await check(id);
    const since = now();
    bench.failing(503);
    await check(id);
    expect(await inspect(id)).toMatchObject({ refused_at: since });
  });

  it('takes that with it when it is replaced', async () => {
    const { id } = await bench.create(bench.admin, { test: true });
    bench.acceptingOnly(NEW_TOKEN);
    await check(id);
    await api()
      .patch(`/integrations/${id}/credentials`, { credential_type: 'api_token', auth_token: NEW_TOKEN })
      .expect(200);
    expect(await inspect(id)).toMatchObject({ refused_at: null });
  });
});

describe('a service that does not answer', () => {
  it('says nothing of the key', async () => {
    const { id } = await bench.create(bench.admin, { test: true });
    bench.failing(503);
    await check(id);
    expect(await inspect(id)).toMatchObject({ state: 'active', refused_at: null });
  });
});
