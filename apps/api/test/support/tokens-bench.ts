import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Database } from '../../src/database/database.js';
import { IntegrationTokens, type RefreshCause } from '../../src/integrations/tokens/integration-tokens.js';
import { OAuthParties, type SavedParty } from '../../src/integrations/tokens/oauth-parties.js';
import { type CredentialFields, CredentialsService } from '../../src/tokens/credentials.service.js';
import type { OAuthMetadata } from '../../src/tokens/oauth2/token-standing.js';
import { OAuthClient } from '../../src/tokens/oauth2/oauth-client.js';
import { credentialOfGrant } from '../../src/tokens/oauth2/token-set.js';
import { consent, Oidc, type OidcOptions } from './oidc.js';
import { type MadeToken, makeToken } from './programs.js';
import { portOf } from './proxy-stage.js';
import { type Account, TestApp, type TestAppOptions, TestClock } from './test-app.js';

export const CLIENT = 'latchkey-test';
export const CLIENT_SECRET = 'the-secret-of-the-oauth-client';
const REDIRECT_URI = 'https://latchkey.example.com/api/v1/oauth/callback';
export const HOUR_MS = 3_600_000;

export interface TokenRow {
  id: string;
  state: string;
  revision: number;
  previous_sealed: Buffer | null;
  field_names: string[];
  metadata: { oauth?: OAuthMetadata };
  expires_at: Date | null;
  refresh_at: Date | null;
  refreshed_at: Date | null;
  refresh_failures: number;
  lease_token: string | null;
  lease_until: Date | null;
}

export interface TokenEventRow {
  kind: string;
  cause: string;
  message: string;
  error_code: string | null;
  duration_ms: number | null;
}

/** An organisation whose integration has the tokens of a real authorization server. */
export class TokensBench {
  admin: Account;
  program: MadeToken;
  oidc: Oidc;
  /** Connected, with a token that lives for an hour. */
  id: string;

  private constructor(readonly testApp: TestApp) {}

  static async start(
    options: Partial<OidcOptions> = {},
    appOptions: TestAppOptions = {},
  ): Promise<TokensBench> {
    const bench = new TokensBench(await TestApp.start(appOptions));
    bench.admin = await bench.testApp.account();
    bench.program = await makeToken(bench.testApp, bench.admin);
    bench.oidc = await Oidc.start({
      clients: [{ id: CLIENT, secret: CLIENT_SECRET, redirectUris: [REDIRECT_URI] }],
      accessTokenTtlSeconds: 3600,
      ...options,
    });
    return bench;
  }

  async close(): Promise<void> {
    await this.testApp.close();
    await this.oidc.close();
  }

  get app(): NestFastifyApplication {
    return this.testApp.app;
  }

  get clock(): TestClock {
    return this.testApp.clock;
  }

  /** Another replica whose clock is a little apart. */
  replica(clock: TestClock = this.clock): Promise<NestFastifyApplication> {
    return this.testApp.launch({}, clock);
  }

  /** Time passes, and people's own sessions end. */
  async signIn(): Promise<void> {
    const { email, password } = this.admin;
    const { body } = await this.testApp.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
    this.admin.accessToken = body.data.tokens.access_token;
  }

  /** A new integration that nobody has authorised yet. */
  async create(config: object = {}): Promise<string> {
    await this.signIn();
    const { body } = await this.testApp
      .as(this.admin)
      .post('/integrations', {
        integration_type_id: 'generic_http',
        name: 'Example',
        config: {
          base_url: this.oidc.url,
          test_path: '/resource',
          oauth_scopes: 'openid offline_access',
          ...this.oidc.addresses,
          ...config,
        },
        credentials: { credential_type: 'oauth2', client_id: CLIENT, client_secret: CLIENT_SECRET },
      })
      .expect(201);
    return body.data.integration.id;
  }

  /** Somebody consents at the server, and the integration works; nothing is asked of the server besides. */
  async connect(config: object = {}): Promise<string> {
    const id = await this.create(config);
    await this.authorise(id);
    await this.testApp.sql(`UPDATE integrations SET status = 'active' WHERE id = $1`, [id]);
    this.oidc.resetCounts();
    return id;
  }

  /** Whom to ask for this integration's tokens, as whom. */
  async partyOf(id: string): Promise<SavedParty> {
    const [row] = await this.testApp.sql('SELECT * FROM integrations WHERE id = $1', [id]);
    return this.of(OAuthParties).require(row as never);
  }

  get client(): OAuthClient {
    return this.of(OAuthClient);
  }

  /** A consent, stored as the callback stores it. @param change what the server's answer is made into */
  async authorise(id: string, change: (answer: Record<string, unknown>) => void = () => undefined) {
    const { organizationId } = this.admin;
    const party = await this.partyOf(id);
    const { client } = this;
    const scopes = String(party.config.oauth_scopes).split(' ');
    const request = { redirectUri: REDIRECT_URI, state: 'state', codeVerifier: 'v'.repeat(43), scopes };
    const callback = await consent(client.authorizationUrl(party, request));
    const grant = await client.exchange(party, { ...request, callback: callback.searchParams });
    change(grant as unknown as Record<string, unknown>);
    const made = credentialOfGrant(party.way, {
      grant,
      fields: party.fields,
      client: 'own',
      scopesAsked: scopes,
      now: grant.receivedAt,
      random: 0,
    });
    const credentials = this.of(CredentialsService);
    const sealed = await credentials.seal(organizationId, id, made, party.credential.id);
    await this.of(Database).tenant(organizationId, (manager) => credentials.replace(manager, sealed));
  }

  of<T>(type: new (...parameters: never[]) => T, app: INestApplicationContext = this.app): T {
    return app.get<T>(type, { strict: false });
  }

  refresh(id: string, cause: RefreshCause = 'person', app?: INestApplicationContext): Promise<void> {
    return this.of(IntegrationTokens, app).refresh(this.admin.organizationId, id, cause);
  }

  /** Reads the token as a program does. */
  async read(id: string, app: NestFastifyApplication = this.app) {
    const answer = await fetch(
      `http://127.0.0.1:${portOf(app)}/api/v1/integrations/${id}/credentials/value`,
      {
        headers: { authorization: `Bearer ${this.program.token}` },
      },
    );
    const body = (await answer.json()) as {
      data?: { credential: { values: Record<string, string>; expires_at: string | null } };
      error?: { code: string; message: string; details?: Record<string, unknown> };
    };
    return {
      status: answer.status,
      retryAfter: answer.headers.get('retry-after'),
      token: body.data?.credential.values.access_token,
      values: body.data?.credential.values,
      expiresAt: body.data?.credential.expires_at,
      error: body.error,
    };
  }

  async row(id: string): Promise<TokenRow> {
    const [row] = await this.testApp.sql<TokenRow>(
      'SELECT * FROM integration_credentials WHERE integration_id = $1',
      [id],
    );
    return row!;
  }

  /** What is sealed in the row. */
  async sealed(id: string): Promise<CredentialFields> {
    const credentials = this.of(CredentialsService);
    return credentials.open((await credentials.find(this.admin.organizationId, id))!);
  }

  events(id: string): Promise<TokenEventRow[]> {
    return this.testApp.sql<TokenEventRow>(
      'SELECT kind, cause, message, error_code, duration_ms FROM token_events WHERE integration_id = $1 ORDER BY at, id',
      [id],
    );
  }

  async integration(id: string) {
    const [row] = await this.testApp.sql<{
      status: string;
      error_code: string | null;
      error_message: string | null;
      error_hint: string | null;
      next_check_at: Date | null;
      last_checked_at: Date | null;
    }>('SELECT * FROM integrations WHERE id = $1', [id]);
    return row!;
  }

  async openIncidents(id: string): Promise<number> {
    const rows = await this.testApp.sql(
      'SELECT 1 FROM incidents WHERE integration_id = $1 AND resolved_at IS NULL',
      [id],
    );
    return rows.length;
  }

  /** Whoever had the lease died: its time is up by the clock of the database. */
  async leaseOfTheDead(id: string): Promise<void> {
    await this.testApp.sql(
      `UPDATE integration_credentials SET state = 'refreshing', lease_token = gen_random_uuid(),
         lease_until = now() - interval '1 second' WHERE integration_id = $1`,
      [id],
    );
  }

  /** What went into the queue for the modules above. */
  async told(id: string): Promise<{ change: string; reason?: string; hint?: string }[]> {
    const rows = await this.testApp.sql<{ data: { change: string; reason?: string; hint?: string } }>(
      `SELECT data FROM pgboss.job WHERE name = 'integrations.changed' AND data ->> 'integration_id' = $1
       ORDER BY created_on`,
      [id],
    );
    return rows.map(({ data }) => data);
  }

  /** Requests for another token that reached the server. */
  get refreshes(): number {
    return this.oidc.tokenRequests.refresh_token ?? 0;
  }
}
