import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SchedulerRegistry } from '@nestjs/schedule';
import pg from 'pg';
import supertest from 'supertest';
import { createApplication } from '../../src/bootstrap.js';
import { loadEnvironment } from '../../src/config/environment.js';
import { databaseUrls, type DatabaseUrls } from '../../src/database/migrate.js';
import { TestLimits } from '../../src/integrations/checks/connection-tester.js';
import { TestClock } from './test-clock.js';

export { TestClock };

export interface Account {
  userId: string;
  organizationId: string;
  email: string;
  password: string;
  accessToken: string;
  refreshToken: string;
}

export interface TestAppOptions {
  /** Environment variables. By default no jobs run: a test runs a round of the watch itself. */
  environment?: Record<string, string>;
  clock?: TestClock;
}

const templateUrl = (): URL => new URL(process.env.LATCHKEY_TEST_TEMPLATE_URL!);

async function asOwner<T>(database: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const url = templateUrl();
  url.pathname = `/${database}`;
  const client = new pg.Client({ connectionString: url.toString() });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Nothing happens every few seconds of real time, in the middle of whatever test is running then. */
export function stopTheClockwork(app: NestFastifyApplication): void {
  const clockwork = app.get(SchedulerRegistry, { strict: false });
  for (const name of clockwork.getIntervals()) clockwork.deleteInterval(name);
  for (const name of clockwork.getCronJobs().keys()) clockwork.deleteCronJob(name);
}

let accounts = 0;

/** The whole application on a database of its own, a copy of the migrated template. */
export class TestApp {
  readonly clock: TestClock;
  readonly dataDirectory = mkdtempSync(join(tmpdir(), 'latchkey-app-'));
  app: NestFastifyApplication;
  urls: DatabaseUrls;
  private readonly name = `test_${randomBytes(6).toString('hex')}`;

  private constructor(private readonly options: TestAppOptions) {
    this.clock = options.clock ?? new TestClock();
  }

  static async start(options: TestAppOptions = {}): Promise<TestApp> {
    const testApp = new TestApp(options);
    await asOwner('postgres', (client) =>
      client.query(`CREATE DATABASE ${testApp.name} TEMPLATE latchkey_template`),
    );
    const url = templateUrl();
    url.pathname = `/${testApp.name}`;
    testApp.urls = databaseUrls(url.toString());
    testApp.app = await testApp.launch();
    return testApp;
  }

  /** Another replica on the same database and the same key. The caller closes it. */
  async launch(
    environment: Record<string, string> = {},
    clock: TestClock = this.clock,
  ): Promise<NestFastifyApplication> {
    const settings = loadEnvironment({
      DATABASE_URL: this.urls.owner,
      LATCHKEY_DATA_DIR: this.dataDirectory,
      LATCHKEY_ROLE: 'api',
      EGRESS_ALLOW: '127.0.0.0/8,::1/128',
      ...this.options.environment,
      ...environment,
    });
    const app = await createApplication(settings, this.urls, clock);
    // It listens, so that requests at once share the server: supertest would open and close it for each.
    await app.listen(0, '127.0.0.1');
    if (!settings.runsJobs) stopTheClockwork(app);
    // What is held in a test is held on purpose, however slow the machine is.
    Object.assign(app.get(TestLimits, { strict: false }), { stepMs: 120_000, wholeMs: 120_000 });
    return app;
  }

  /** Requests to the API, without a token: `testApp.http.get('/api/v1/…')`. */
  get http() {
    return supertest(this.app.getHttpServer());
  }

  /** A request as this account. */
  as(account: Pick<Account, 'accessToken'>) {
    const authorize = (request: supertest.Test) =>
      request.set('authorization', `Bearer ${account.accessToken}`);
    return {
      get: (path: string) => authorize(this.http.get(`/api/v1${path}`)),
      post: (path: string, body: object = {}) => authorize(this.http.post(`/api/v1${path}`)).send(body),
      put: (path: string, body: object = {}) => authorize(this.http.put(`/api/v1${path}`)).send(body),
      patch: (path: string, body: object = {}) => authorize(this.http.patch(`/api/v1${path}`)).send(body),
      delete: (path: string) => authorize(this.http.delete(`/api/v1${path}`)),
    };
  }

  /** A new account with an organisation of its own. */
  async account(
    overrides: { email?: string; full_name?: string; organization_name?: string } = {},
  ): Promise<Account> {
    accounts += 1;
    const email = overrides.email ?? `person${accounts}-${randomBytes(3).toString('hex')}@example.com`;
    const password = 'winter tram pencil 42';
    const { body } = await this.http
      .post('/api/v1/auth/register')
      .send({
        email,
        password,
        full_name: `Person ${accounts}`,
        organization_name: `Organisation ${accounts}`,
        ...overrides,
      })
      .expect(201);
    const { user, tokens } = body.data;
    return {
      userId: user.id,
      organizationId: user.organization_id,
      email,
      password,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
    };
  }

  /** A new account that belongs to an existing organisation, with this role. */
  async member(organizationId: string, role: string): Promise<Account> {
    accounts += 1;
    const email = `member${accounts}-${randomBytes(3).toString('hex')}@example.com`;
    const password = 'winter tram pencil 42';
    const registered = await this.http
      .post('/api/v1/auth/register')
      .send({ email, password, full_name: `Member ${accounts}` })
      .expect(201);
    const userId: string = registered.body.data.user.id;
    await this.sql('INSERT INTO organization_members (organization_id, user_id, role) VALUES ($1, $2, $3)', [
      organizationId,
      userId,
      role,
    ]);
    const { body } = await this.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
    const { tokens } = body.data;
    return {
      userId,
      organizationId,
      email,
      password,
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
    };
  }

  /** SQL as the superuser, past row level security. */
  async sql<T extends pg.QueryResultRow>(text: string, parameters: unknown[] = []): Promise<T[]> {
    return asOwner(this.name, async (client) => (await client.query<T>(text, parameters)).rows);
  }

  async close(): Promise<void> {
    await this.app.close();
    await asOwner('postgres', (client) => client.query(`DROP DATABASE ${this.name} WITH (FORCE)`));
    rmSync(this.dataDirectory, { recursive: true, force: true });
  }
}
