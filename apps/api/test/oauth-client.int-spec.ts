import { randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { OAuthParty, TokenGrant } from '../src/tokens/oauth2/oauth-client.js';
import { missingScopes } from '../src/tokens/oauth2/scopes.js';
import { OAuthBench, REDIRECT_URI, tokenError } from './support/oauth-bench.js';
import { consent, Oidc } from './support/oidc.js';

let oidc: Oidc;
let bench: OAuthBench;
const redirectUris = [REDIRECT_URI];

beforeAll(async () => {
  oidc = await Oidc.start({
    clients: [
      { id: 'basic', secret: 'a+secret/with:signs', redirectUris },
      { id: 'post', secret: 'another-secret', auth: 'post', redirectUris },
      { id: 'public', redirectUris },
    ],
    scopes: ['read', 'write'],
    accessTokenTtlSeconds: 600,
  });
  bench = await OAuthBench.start();
});

afterEach(() => {
  oidc.onToken();
  Object.assign(oidc.person, { denies: false, withholds: [] });
});

afterAll(async () => {
  await bench.close();
  await oidc.close();
});

const SECRETS: Record<string, string> = { basic: 'a+secret/with:signs', post: 'another-secret' };

function partyOf(id = 'basic', more: Record<string, string> = {}): OAuthParty {
  const authentication = id === 'public' ? 'none' : id;
  const config = {
    ...oidc.addresses,
    issuer: oidc.url,
    oauth_client_authentication: authentication,
    ...more,
  };
  return bench.party('generic_http', { base_url: oidc.url, ...config }, { id, secret: SECRETS[id] });
}

const SCOPES = ['openid', 'read', 'write', 'offline_access'];

/** A flow up to the callback. */
async function begin(party: OAuthParty, scopes = SCOPES) {
  const state = randomBytes(32).toString('base64url');
  const codeVerifier = randomBytes(32).toString('base64url');
  const request = { redirectUri: REDIRECT_URI, state, codeVerifier, scopes };
  const callback = (await consent(bench.client.authorizationUrl(party, request))).searchParams;
  return { ...request, callback };
}

async function connect(party: OAuthParty): Promise<TokenGrant & { refreshToken: string }> {
  const grant = await bench.client.exchange(party, await begin(party));
  return { ...grant, refreshToken: grant.refreshToken! };
}

describe('with a real authorization server', () => {
  it.each(['basic', 'post', 'public'])('a %s client is connected, refreshed and revoked', async (id) => {
    const party = partyOf(id);
    const first = await connect(party);
    expect(first).toMatchObject({ lifetimeSeconds: 600, scopes: expect.arrayContaining(SCOPES) });
    expect(await oidc.accepts(first.accessToken)).toBe(true);

    const second = await bench.client.refresh(party, { refreshToken: first.refreshToken });
    expect(second.refreshToken).not.toBe(first.refreshToken);
    expect(await oidc.accepts(second.accessToken)).toBe(true);

    expect(await bench.client.revoke(party, second)).toBe('revoked');
    expect(await oidc.accepts(second.accessToken)).toBe(false);
    const error = await tokenError(bench.client.refresh(party, { refreshToken: second.refreshToken! }));
    expect(error).toMatchObject({ outcome: 'dead', code: 'invalid_grant', needsConsent: true });
  });

  it('a scope that the person withheld is seen to be missing', async () => {
    oidc.person.withholds = ['write'];
    const party = partyOf();
    const grant = await bench.client.exchange(party, await begin(party));
    expect(missingScopes(party.way, SCOPES, grant.scopes)).toEqual(['write']);
  });

  it('a consent that was denied is no token', async () => {
    oidc.person.denies = true;
    const party = partyOf();
    const error = await tokenError(bench.client.exchange(party, await begin(party)));
    expect(error).toMatchObject({ outcome: 'refused', code: 'access_denied' });
  });

  it('a code is of no use a second time, nor with another verifier or callback address', async () => {
    const party = partyOf();
    const flow = await begin(party);
    await bench.client.exchange(party, flow);
    const wrongs = [
      flow,
      { ...(await begin(party)), codeVerifier: randomBytes(32).toString('base64url') },
      { ...(await begin(party)), redirectUri: `${REDIRECT_URI}/other` },
    ];
    for (const wrong of wrongs) {
      const error = await tokenError(bench.client.exchange(party, wrong));
      expect(error).toMatchObject({ outcome: 'refused', code: 'invalid_grant', uncertain: false });
    }
  });

  it('an answer in the name of another server is refused before the code is sent', async () => {
    oidc.resetCounts();
    const flow = await begin(partyOf());
    const error = await tokenError(
      bench.client.exchange(partyOf('basic', { issuer: 'https://evil.example' }), flow),
    );
    expect(error).toMatchObject({ outcome: 'refused', kind: 'bad_response' });
    expect(oidc.tokenRequests).toEqual({});
  });

  it('a wrong secret is told from a lost consent', async () => {
    const { refreshToken } = await connect(partyOf());
    const wrong = { ...partyOf(), client: { id: 'basic', secret: 'old', of: 'own' as const } };
    const error = await tokenError(bench.client.refresh(wrong, { refreshToken }));
    expect(error).toMatchObject({ outcome: 'client_refused', code: 'invalid_client', needsConsent: false });
    expect(await oidc.refreshable(refreshToken)).toBe(true);
  });

  it('a refresh token that was used up ends the consent', async () => {
    const party = partyOf();
    const { refreshToken } = await connect(party);
    const second = await bench.client.refresh(party, { refreshToken });
    const error = await tokenError(bench.client.refresh(party, { refreshToken }));
    expect(error.outcome).toBe('dead');
    expect(await oidc.accepts(second.accessToken)).toBe(false);
  });

  it('a lost answer is uncertain: the token may have been used up, and here it was', async () => {
    const party = partyOf();
    const { refreshToken } = await connect(party);
    oidc.onToken(async (_request, forward) => {
      await forward();
      return 'drop';
    });
    const lost = await tokenError(bench.client.refresh(party, { refreshToken }));
    expect(lost).toMatchObject({ outcome: 'unavailable', uncertain: true });
    oidc.onToken();
    const after = await tokenError(bench.client.refresh(party, { refreshToken }));
    expect(after.outcome).toBe('dead');
  });

  it('half an answer is malformed, and one whose request was doubled on the way is refused', async () => {
    const party = partyOf();
    const first = await connect(party);
    oidc.onToken(async (_request, forward) => {
      const answer = await forward();
      return { ...answer, body: answer.body.slice(0, 40) };
    });
    const half = await tokenError(bench.client.refresh(party, { refreshToken: first.refreshToken }));
    expect(half).toMatchObject({ outcome: 'malformed', uncertain: true });

    oidc.onToken();
    const second = await connect(party);
    oidc.onToken(async (_request, forward) => {
      await forward();
      return forward();
    });
    const doubled = await tokenError(bench.client.refresh(party, { refreshToken: second.refreshToken }));
    expect(doubled.outcome).toBe('dead');
  });
});
