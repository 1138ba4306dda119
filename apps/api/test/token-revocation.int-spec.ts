import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TokensBench } from './support/tokens-bench.js';

let bench: TokensBench;
let id: string;

beforeAll(async () => {
  bench = await TokensBench.start();
});

beforeEach(() => bench.oidc.onToken());

afterAll(() => bench.close());

/** Deletes it, and what could not be undone. */
async function remove(): Promise<string[]> {
  const { body } = await bench.testApp.as(bench.admin).delete(`/integrations/${id}`).expect(200);
  const rows = await bench.testApp.sql('SELECT 1 FROM integrations WHERE id = $1', [id]);
  expect(rows).toEqual([]);
  return body.data.warnings;
}

describe('deleting an integration', () => {
  it('withdraws its tokens at the provider', async () => {
    id = await bench.connect();
    const { access_token: accessToken, refresh_token: refreshToken } = await bench.sealed(id);
    expect(await remove()).toEqual([]);
    expect(await bench.oidc.accepts(String(accessToken))).toBe(false);
    expect(await bench.oidc.refreshable(String(refreshToken))).toBe(false);
  });

  it('says so where the provider has no way to', async () => {
    id = await bench.connect({ revocation_url: undefined });
    expect(await remove()).toEqual([
      expect.stringMatching(/has no way for Latchkey to withdraw the tokens.*authorised applications/),
    ]);
  });

  it('says so where the provider cannot be reached, and deletes all the same', async () => {
    id = await bench.connect({ revocation_url: 'http://127.0.0.1:9/revoke' });
    const { access_token: accessToken } = await bench.sealed(id);
    expect(await remove()).toEqual([expect.stringContaining('could not be withdrawn')]);
    expect(await bench.oidc.accepts(String(accessToken))).toBe(true);
  });

  it('has nothing to say of one that was never authorised', async () => {
    id = await bench.create();
    expect(await remove()).toEqual([]);
  });

  it('has nothing to say of tokens that are gone already', async () => {
    id = await bench.connect({ revocation_url: 'http://127.0.0.1:9/revoke' });
    bench.oidc.store.forget('RefreshToken');
    await expect(bench.refresh(id)).rejects.toMatchObject({ code: 'REAUTHORIZATION_REQUIRED' });
    expect(await remove()).toEqual([]);
  });

  it('says so where the stored credential does not open', async () => {
    id = await bench.connect();
    await bench.testApp.sql(
      `UPDATE integration_credentials SET sealed = set_byte(sealed, 60, (get_byte(sealed, 60) + 1) % 256)
       WHERE integration_id = $1`,
      [id],
    );
    expect(await remove()).toEqual([expect.stringContaining('cannot be opened')]);
  });
});
