import { expect } from '@jest/globals';
import { InboundDeliveries } from '../../src/inbound/inbound-deliveries.js';
import { RepositorySyncs } from '../../src/github-app/repositories/repository-sync.service.js';
import { Browser, PUBLIC_URL } from './connect-stage.js';
import { FakeGitHub } from './github.js';
import { type Account, TestApp } from './test-app.js';
import { TestClock } from './test-clock.js';

export const HOOK = '/api/v1/github-app/webhook';

/** Latchkey with a GitHub App of the installation, and GitHub; no job runs by itself. */
export class GitHubStage {
  readonly clock = new TestClock();
  testApp: TestApp;
  github: FakeGitHub;
  admin: Account;

  static async start(environment: Record<string, string> = {}): Promise<GitHubStage> {
    const stage = new GitHubStage();
    stage.github = await FakeGitHub.start(() => stage.clock.now());
    const { app, server } = stage.github;
    stage.testApp = await TestApp.start({
      clock: stage.clock,
      environment: {
        PUBLIC_URL,
        GITHUB_APP_ID: String(app.id),
        GITHUB_APP_SLUG: app.slug,
        GITHUB_APP_CLIENT_ID: app.client_id,
        GITHUB_APP_CLIENT_SECRET: app.client_secret,
        GITHUB_APP_WEBHOOK_SECRET: app.webhook_secret,
        GITHUB_APP_PRIVATE_KEY: app.pem.replaceAll('\n', '\\n'),
        EGRESS_HOST_MAP: server.mapping('github.com', 'api.github.com'),
        ...environment,
      },
    });
    stage.admin = await stage.testApp.account();
    return stage;
  }

  get api() {
    return this.testApp.as(this.admin);
  }

  browser(account: Pick<Account, 'accessToken'> = this.admin): Browser {
    return new Browser(this.testApp, account);
  }

  /** An installation at GitHub, and an owner of its account. */
  owned(id: number, login = 'octo-org', person = 'owner'): void {
    this.github.install(id, login);
    const known = this.github.people.get(person);
    this.github.people.set(person, {
      id: 99,
      login: person,
      installations: [...(known?.installations ?? []), id],
      owns: [...(known?.owns ?? []), login],
    });
  }

  /** From “Install” to the page where it ends. */
  async install(id: number, person = 'owner', account = this.admin): Promise<URL> {
    const browser = this.browser(account);
    const page = new URL(await browser.begin('/github-app/install'));
    const state = page.searchParams.get('state')!;
    const setup = `${PUBLIC_URL}/api/v1/github-app/setup?installation_id=${id}&setup_action=install&state=${state}`;
    const authorize = await browser.land(setup);
    return browser.land(this.github.authorize(authorize.toString(), person));
  }

  /** @returns the integration */
  async connected(id: number, login = 'octo-org', account = this.admin): Promise<string> {
    this.owned(id, login);
    const landing = await this.install(id, 'owner', account);
    expect(Object.fromEntries(landing.searchParams)).toMatchObject({ outcome: 'connected' });
    return landing.searchParams.get('integration')!;
  }

  /** What GitHub sends, to our webhook. */
  deliver(event: string, payload: object, headers: Record<string, string> = {}, address = HOOK) {
    const made = this.github.delivery(event, payload);
    return this.testApp.http
      .post(address)
      .set({ ...made.headers, ...headers })
      .send(made.body);
  }

  /** Works on every delivery that waits, as the queue does. */
  async work(): Promise<void> {
    const rows = await this.testApp.sql<{ organization_id: string; source: 'github'; delivery_id: string }>(
      'SELECT organization_id, source, delivery_id FROM inbound_deliveries WHERE processed_at IS NULL ORDER BY received_at',
    );
    const deliveries = this.testApp.app.get(InboundDeliveries, { strict: false });
    for (const row of rows) await deliveries.process(row, new AbortController().signal);
  }

  /** Reads the repositories of the integration, as the queue does. */
  async sync(integrationId: string, signal = new AbortController().signal): Promise<void> {
    const job = { organization_id: this.admin.organizationId, integration_id: integrationId };
    await this.testApp.app.get(RepositorySyncs, { strict: false }).carryOut(job, signal);
  }

  async repositories(integrationId: string, query = '') {
    const { body } = await this.api.get(`/integrations/${integrationId}/repositories${query}`).expect(200);
    return body.data;
  }

  async integration(id: string) {
    return (await this.api.get(`/integrations/${id}`).expect(200)).body.data.integration;
  }

  /** Actions of the audit trail, oldest first. */
  async audited(organizationId = this.admin.organizationId): Promise<string[]> {
    const rows = await this.testApp.sql<{ action: string }>(
      'SELECT action FROM audit_logs WHERE organization_id = $1 ORDER BY sequence',
      [organizationId],
    );
    return rows.map(({ action }) => action);
  }

  async close(): Promise<void> {
    await this.testApp.close();
    await this.github.server.close();
  }
}
