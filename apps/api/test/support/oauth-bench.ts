import { type FieldValue, loadCatalogue } from '@latchkey/catalogue';
import { HostMap } from '../../src/egress/host-map.js';
import { OAuthClient, type OAuthParty } from '../../src/tokens/oauth2/oauth-client.js';
import type { OAuthClientIdentity } from '../../src/tokens/oauth2/oauth-clients.js';
import { TokenRequestError } from '../../src/tokens/oauth2/token-errors.js';
import { Counterpart } from './counterpart.js';
import { EgressBench } from './egress-bench.js';
import { TestClock } from './test-clock.js';

const catalogue = loadCatalogue();
export const REDIRECT_URI = 'https://latchkey.example.com/api/v1/oauth/callback';
export const CLIENT_SECRET = 'S3cret:with/ä+&=~*';
export const VERIFIER = 'verifier-of-forty-three-characters-0123456789';

/** The OAuth client with a real way out, and a provider on the wire. */
export class OAuthBench {
  readonly clock = new TestClock();
  readonly egress = new EgressBench();
  provider: Counterpart;
  client: OAuthClient;

  /** @param hosts that the provider plays */
  static async start(...hosts: string[]): Promise<OAuthBench> {
    const bench = new OAuthBench();
    bench.provider = await Counterpart.start();
    const map = new HostMap(hosts.length > 0 ? bench.provider.mapping(...hosts) : '');
    bench.client = new OAuthClient(bench.egress.client({ hosts: map }), bench.clock);
    return bench;
  }

  /** Somebody who has a client of their own at a provider. */
  party(
    type: string,
    config: Record<string, FieldValue> = {},
    client: Partial<OAuthClientIdentity> = {},
  ): OAuthParty {
    const manifest = catalogue.get(type)!;
    const way = manifest.auth.find(({ id }) => id === 'oauth2')!;
    return {
      manifest,
      way,
      config,
      client: { id: 'my-client_1', secret: CLIENT_SECRET, of: 'own', ...client },
    };
  }

  /** A server that nobody knows beforehand, which is the provider. */
  any(more: Record<string, FieldValue> = {}, client: Partial<OAuthClientIdentity> = {}): OAuthParty {
    const { url } = this.provider;
    const addresses = {
      authorization_url: `${url}/authorize`,
      token_url: `${url}/token`,
      revocation_url: `${url}/revoke`,
    };
    return this.party('generic_http', { base_url: url, ...addresses, ...more }, client);
  }

  exchange(party: OAuthParty, callback: Record<string, string> = {}) {
    return this.client.exchange(party, {
      callback: new URLSearchParams({ code: 'the-code', state: 'the-state', ...callback }),
      redirectUri: REDIRECT_URI,
      state: 'the-state',
      codeVerifier: VERIFIER,
      scopes: [],
    });
  }

  async close(): Promise<void> {
    await this.egress.close();
    await this.provider.close();
  }
}

/** What it fails with. */
export async function tokenError(promise: Promise<unknown>): Promise<TokenRequestError> {
  const error = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof TokenRequestError) return error;
  throw error;
}
