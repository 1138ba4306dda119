import { expect } from '@jest/globals';
import type supertest from 'supertest';
import type { TestOutcome } from '../../src/integrations/checks/connection-tester.js';
import { SavedConnections } from '../../src/integrations/checks/saved-connections.js';
import { type Account, TestApp } from './test-app.js';

/** The application with one admin, who connects services with credentials of every kind. */
export class KindsBench {
  testApp: TestApp;
  admin: Account;
  private made = 0;

  static async start(environment: Record<string, string>): Promise<KindsBench> {
    const bench = new KindsBench();
    bench.testApp = await TestApp.start({ environment });
    bench.admin = await bench.testApp.account();
    return bench;
  }

  get api() {
    return this.testApp.as(this.admin);
  }

  /** Tested before it is kept. */
  create(type: string, config: object, credentials: object): supertest.Test {
    this.made += 1;
    const form = { integration_type_id: type, name: `Connection ${this.made}`, config, credentials };
    return this.api.post('/integrations', { ...form, test: true });
  }

  /** Again, after so much time that the session has ended. */
  async signIn(): Promise<void> {
    const { email, password } = this.admin;
    const { body } = await this.testApp.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
    this.admin = { ...this.admin, accessToken: body.data.tokens.access_token };
  }

  /** As the watch does. */
  async health(id: string): Promise<TestOutcome> {
    const saved = this.testApp.app.get(SavedConnections, { strict: false });
    return (await saved.test(this.admin.organizationId, id, 'health')).outcome;
  }

  async count(): Promise<number> {
    const [row] = await this.testApp.sql<{ count: number }>(
      'SELECT count(*)::int AS count FROM integrations',
    );
    return row!.count;
  }

  /** 400, with this message at this field of the credential, and without what was sent. */
  async refused(request: supertest.Test, field: string, message: string): Promise<void> {
    const before = await this.count();
    const { body, text } = await request.expect(400);
    expect(body.error.code).toBe('VALIDATION_FAILED');
    expect(body.error.details[`credentials.${field}`]).toEqual([expect.stringContaining(message)]);
    expect(text).not.toContain('hunter2');
    expect(text).not.toContain('BEGIN PRIVATE');
    expect(await this.count()).toBe(before);
  }

  close(): Promise<void> {
    return this.testApp.close();
  }
}
