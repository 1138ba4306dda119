import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HOUR_MS, TokensBench } from './support/tokens-bench.js';

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

describe('a token that was authorised', () => {
  it('is handed out as it is while it is fresh, alone, and nobody is asked for another', async () => {
    const { access_token: stored } = await bench.sealed(id);
    const { values, expiresAt } = await bench.read(id);
    expect(values).toEqual({ access_token: stored });
    expect(Date.parse(expiresAt!)).toBe(bench.clock.now() + HOUR_MS);
    expect(bench.refreshes).toBe(0);
  });

  it('is refreshed before its end by whoever uses it, and the rotated token is saved', async () => {
    const before = await bench.sealed(id);
    bench.clock.advance(HOUR_MS - 60_000);
    const { token, expiresAt } = await bench.read(id);
    const after = await bench.sealed(id);
    expect(token).not.toBe(before.access_token);
    expect(after).toMatchObject({ access_token: token, client_id: before.client_id });
    expect(after.refresh_token).not.toBe(before.refresh_token);
    expect(await bench.oidc.refreshable(String(after.refresh_token))).toBe(true);
    expect(Date.parse(expiresAt!)).toBe(bench.clock.now() + HOUR_MS);
    expect(await bench.row(id)).toMatchObject({
      state: 'updated',
      revision: 3,
      previous_sealed: null,
      refresh_failures: 0,
      lease_token: null,
      lease_until: null,
    });
    expect(bench.refreshes).toBe(1);
    expect(await bench.read(id)).toMatchObject({ token });
    expect(bench.refreshes).toBe(1);
  });
});
