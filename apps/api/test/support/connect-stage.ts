import type supertest from 'supertest';
import { consent, Oidc, type OidcOptions } from './oidc.js';
import { type Account, TestApp, type TestAppOptions } from './test-app.js';

export const PUBLIC_URL = 'https://latchkey.example.com';
export const CALLBACK_URL = `${PUBLIC_URL}/api/v1/oauth/callback`;
export const CLIENT = { id: 'client-of-the-organisation', secret: 'secret-of-the-client' };

/** An address, as a browser would go to it: the path and query. */
const target = (url: URL): string => `${url.pathname}${url.search}`;

/** A browser with its cookies, and the person in front of it. */
export class Browser {
  readonly cookies = new Map<string, string>();

  constructor(
    private readonly testApp: TestApp,
    readonly account: Pick<Account, 'accessToken'>,
  ) {}

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** @returns where the provider is */
  initiate(id: string, body: object = {}): Promise<string> {
    return this.begin(`/integrations/${id}/oauth/initiate`, body);
  }

  /** Begins a flow. @returns where the browser goes */
  async begin(path: string, body: object = {}): Promise<string> {
    const answer = await this.testApp.as(this.account).post(path, body).expect(200);
    this.keep(answer);
    return answer.body.data.authorization_url;
  }

  /** The provider has sent the browser back. @returns the page it lands on */
  async land(callback: URL | string, headers: Record<string, string> = {}): Promise<URL> {
    const answer = await this.testApp.http
      .get(target(new URL(callback)))
      .set('cookie', this.cookieHeader)
      .set(headers)
      .expect(303);
    this.keep(answer);
    return new URL(answer.headers.location!);
  }

  /** The page takes the parameters and sends them itself. */
  async post(parameters: object, account: Pick<Account, 'accessToken'> = this.account) {
    const answer = await this.testApp
      .as(account)
      .post('/oauth/callback', parameters)
      .set('cookie', this.cookieHeader);
    this.keep(answer);
    return answer;
  }

  /** All of it: consent at the server, and back. */
  async connect(id: string, body: object = {}): Promise<URL> {
    return this.land(await consent(await this.initiate(id, body)));
  }

  private keep({ headers }: supertest.Response): void {
    for (const line of (headers['set-cookie'] as unknown as string[] | undefined) ?? []) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
  }
}

/** Latchkey behind TLS, and an OAuth server that one integration type can be connected to. */
export class ConnectStage {
  testApp: TestApp;
  oidc: Oidc;
  admin: Account;
  private made = 0;

  static async start(options: TestAppOptions = {}, oidc: Partial<OidcOptions> = {}): Promise<ConnectStage> {
    const stage = new ConnectStage();
    stage.oidc = await Oidc.start({
      clients: [
        { ...CLIENT, redirectUris: [CALLBACK_URL] },
        { id: 'another-client', secret: 'another-secret', redirectUris: [CALLBACK_URL] },
      ],
      scopes: ['repo', 'admin'],
      ...oidc,
    });
    stage.testApp = await TestApp.start({
      ...options,
      environment: { PUBLIC_URL, ...options.environment },
    });
    stage.admin = await stage.testApp.account();
    return stage;
  }

  browser(account: Pick<Account, 'accessToken'> = this.admin): Browser {
    return new Browser(this.testApp, account);
  }

  form(config: object = {}, client: object = { client_id: CLIENT.id, client_secret: CLIENT.secret }) {
    this.made += 1;
    return {
      integration_type_id: 'generic_http',
      name: `By consent ${this.made}`,
      config: {
        base_url: this.oidc.url,
        test_path: '/resource',
        ...this.oidc.addresses,
        oauth_scopes: 'openid offline_access repo',
        ...config,
      },
      credentials: { credential_type: 'oauth2', ...client },
    };
  }

  async create(account: Account = this.admin, config: object = {}): Promise<string> {
    const { body } = await this.testApp.as(account).post('/integrations', this.form(config)).expect(201);
    return body.data.integration.id;
  }

  async integration(id: string, account: Account = this.admin) {
    const { body } = await this.testApp.as(account).get(`/integrations/${id}`).expect(200);
    return body.data.integration;
  }

  /** Newest first. */
  async logs(id: string): Promise<{ action: string; status: string; message: string; metadata: object }[]> {
    const { body } = await this.testApp.as(this.admin).get(`/integrations/${id}/logs?limit=50`).expect(200);
    return body.data.logs;
  }

  /** What the trail says of one action, oldest first. */
  audit(action: string, organizationId = this.admin.organizationId) {
    return this.testApp.sql<{ outcome: string; actor_type: string; resource_id: string; metadata: object }>(
      `SELECT outcome, actor_type, resource_id, metadata FROM audit_logs
       WHERE organization_id = $1 AND action = $2 ORDER BY sequence`,
      [organizationId, action],
    );
  }

  async close(): Promise<void> {
    await this.testApp.close();
    await this.oidc.close();
  }
}

export const outcomeOf = (landed: URL): Record<string, string> => Object.fromEntries(landed.searchParams);
