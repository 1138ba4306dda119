import { Counterpart } from './counterpart.js';
import { type Account, TestApp, type TestAppOptions } from './test-app.js';

export const TOKEN = 'your-secret-token-here';

/** Seed 000's example of a new integration, word for word. */
export const SEED_EXAMPLE = {
  integration_type_id: 'argocd',
  name: 'Production ArgoCD',
  description: 'ArgoCD instance for production deployments',
  config: {
    server_url: 'https://argocd.example.com',
    namespace: 'argocd',
    tls_verify: true,
    sync_interval: 300,
  },
  credentials: { credential_type: 'api_token', auth_token: TOKEN },
};

const HEALTHY = {
  'GET /api/v1/applications': { json: { items: [{ metadata: { name: 'a' } }] } },
  'GET /api/v1/session/userinfo': { json: { loggedIn: true, username: 'latchkey' } },
  'GET /api/version': { json: { Version: 'v3.1.0' } },
};

/** An application whose argocd.example.com and api.example.com are a server of the test's. */
export class ArgoBench {
  private constructor(
    readonly counterpart: Counterpart,
    readonly testApp: TestApp,
    readonly admin: Account,
  ) {}

  static async start(options: TestAppOptions = {}): Promise<ArgoBench> {
    const counterpart = await Counterpart.start();
    const environment = {
      EGRESS_HOST_MAP: counterpart.mapping('argocd.example.com', 'api.example.com', 'api.github.com'),
      ...options.environment,
    };
    const testApp = await TestApp.start({ ...options, environment });
    const bench = new ArgoBench(counterpart, testApp, await testApp.account());
    bench.healthy();
    return bench;
  }

  healthy(): void {
    this.counterpart.answers(HEALTHY);
  }

  /** Every request is answered so. */
  failing(status = 503, headers: Record<string, string> = {}): void {
    this.counterpart.answers({ '*': { status, headers, json: {} } });
  }

  /** Accepts this token and refuses every other with 401. */
  acceptingOnly(token: string): void {
    const guarded = (answer: object) => (request: { headers: { authorization?: string } }) =>
      request.headers.authorization === `Bearer ${token}` ? answer : { status: 401, json: {} };
    this.counterpart.answers(
      Object.fromEntries(Object.entries(HEALTHY).map(([route, answer]) => [route, guarded(answer)])),
    );
  }

  /** @returns the new integration as the API shows it. */
  async create(account: Account = this.admin, overrides: object = {}) {
    const { body } = await this.testApp
      .as(account)
      .post('/integrations', { ...SEED_EXAMPLE, ...overrides })
      .expect(201);
    return body.data.integration as { id: string; status: string; name: string; next_check_at: string };
  }

  async read(id: string, account: Account = this.admin) {
    const { body } = await this.testApp.as(account).get(`/integrations/${id}`).expect(200);
    return body.data.integration;
  }

  /** A team of the organisation with these members. */
  async team(organizationId: string, ...members: Account[]): Promise<string> {
    const [{ id }] = (await this.testApp.sql<{ id: string }>(
      'INSERT INTO teams (organization_id, id, name) VALUES ($1, gen_random_uuid(), gen_random_uuid()) RETURNING id',
      [organizationId],
    )) as [{ id: string }];
    for (const member of members) {
      await this.testApp.sql(
        'INSERT INTO team_members (organization_id, team_id, user_id) VALUES ($1, $2, $3)',
        [organizationId, id, member.userId],
      );
    }
    // What a principal may do is remembered for a second of real time; a new session is not.
    for (const member of members) await this.signIn(member);
    return id;
  }

  /** A session that knows what changed since the last one. */
  async signIn(account: Account): Promise<void> {
    const { email, password } = account;
    const { body } = await this.testApp.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
    account.accessToken = body.data.tokens.access_token;
  }

  /** Rows of every table that holds something of integrations. */
  async counts(): Promise<Record<string, number>> {
    const tables = [
      'integrations',
      'integration_credentials',
      'integration_terms',
      'integration_teams',
      'idempotency_keys',
      'health_checks',
      'integration_logs',
      'incidents',
      'notifications',
    ];
    const columns = tables.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
    const [row] = await this.testApp.sql<Record<string, number>>(`SELECT ${columns.join(', ')}`);
    return row!;
  }

  async close(): Promise<void> {
    await this.testApp.close();
    await this.counterpart.close();
  }
}
