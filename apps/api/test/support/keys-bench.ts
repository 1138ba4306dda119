import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { v7 as uuidv7 } from 'uuid';
import { Database } from '../../src/database/database.js';
import type { KeyRotation } from '../../src/vault/key-rotations.repository.js';
import { VaultService } from '../../src/vault/vault.service.js';
import { Installation } from '../../src/vault/installation.js';
import { RootRotationService } from '../../src/vault/root-rotation.service.js';
import { RootRotationWorker } from '../../src/vault/root-rotation.worker.js';
import { Counterpart } from './counterpart.js';
import { createIntegration, letIn } from './route-calls.js';
import { type Account, TestApp, type TestAppOptions } from './test-app.js';

export const OPERATOR = { kind: 'system', component: 'test' } as const;
const SECRET = 'a-secret-of-the-test';

/** An organisation with a credential in it. */
export interface Tenant {
  account: Account;
  integrationId: string;
}

/** The application with organisations whose credentials can be tried, and everything that rotates its root key. */
export class KeysBench {
  private constructor(
    readonly testApp: TestApp,
    readonly service: Counterpart,
    private environment: Record<string, string>,
  ) {}

  static async start(environment: Record<string, string>, options: TestAppOptions = {}): Promise<KeysBench> {
    const testApp = await TestApp.start({
      ...options,
      environment: { ACCESS_TOKEN_TTL: '86400', KEY_STORE_BOOT_WAIT: '0', ...environment },
    });
    const service = await Counterpart.start();
    letIn(service, SECRET);
    return new KeysBench(testApp, service, environment);
  }

  get ring() {
    return this.testApp.app.get(Installation).ring;
  }

  get fingerprint(): string {
    return this.ring.active.fingerprint;
  }

  get rotation(): RootRotationService {
    return this.testApp.app.get(RootRotationService);
  }

  get worker(): RootRotationWorker {
    return this.testApp.app.get(RootRotationWorker);
  }

  async tenant(): Promise<Tenant> {
    const account = await this.testApp.account();
    const stage = {
      testApp: this.testApp,
      admin: account,
      counterpart: this.service,
      secret: SECRET,
      password: '',
    };
    return { account, integrationId: await createIntegration(stage) };
  }

  /** Starts it again, with other settings where they are given: nothing is left in memory. */
  async restart(environment: Record<string, string> = this.environment): Promise<void> {
    await this.testApp.app.close();
    const cleared = Object.fromEntries(Object.keys(this.environment).map((name) => [name, '']));
    this.environment = environment;
    this.testApp.app = await this.testApp.launch({ ...cleared, ...environment });
  }

  /** The statuses of tests of these integrations, for which their credentials are opened. */
  async tryAll(tenants: Tenant[], app?: NestFastifyApplication): Promise<number[]> {
    const statuses = await Promise.all(tenants.map((tenant) => this.tryCredential(tenant, app)));
    return [...new Set(statuses)];
  }

  async tryCredential({ account, integrationId }: Tenant, app = this.testApp.app): Promise<number> {
    const { status } = await supertest(app.getHttpServer())
      .post(`/api/v1/integrations/${integrationId}/test`)
      .set('authorization', `Bearer ${account.accessToken}`)
      .send({});
    return status;
  }

  async ready(): Promise<{ status: number; keyStore: { status: string; since: string | null } }> {
    const { status, body } = await this.testApp.http.get('/health/ready');
    return { status, keyStore: body.data?.key_store ?? body.error.details.key_store };
  }

  /** The root keys that organisation keys and the installation name. */
  async named(): Promise<string[]> {
    const rows = await this.testApp.sql<{ name: string }>(
      `SELECT root_key_fingerprint AS name FROM organization_keys
       UNION SELECT root_key_fingerprint FROM installation ORDER BY 1`,
    );
    return rows.map(({ name }) => name);
  }

  /** The files that hold root keys. */
  get keyFiles(): string[] {
    return readdirSync(this.keyFolder).toSorted();
  }

  get keyFolder(): string {
    return join(this.testApp.dataDirectory, 'keys');
  }

  /** Organisations that hold a key and nothing else. */
  async crowd(count: number): Promise<string[]> {
    const vault = this.testApp.app.get(VaultService);
    const database = this.testApp.app.get(Database);
    const ids = Array.from({ length: count }, () => uuidv7());
    await this.testApp.sql(
      "INSERT INTO organizations (id, name, slug) SELECT id, 'Crowd', 'crowd-' || id FROM unnest($1::uuid[]) AS id",
      [ids],
    );
    await Promise.all(ids.map(async (id) => database.tenant(id, await vault.prepareOrganizationKey(id))));
    return ids;
  }

  /** Rotates the root key from end to end, or goes on with what was interrupted. */
  async rotate(): Promise<void> {
    await this.rotation.start(OPERATOR);
    await this.worker.run();
  }

  async lastRotation(): Promise<KeyRotation> {
    return (await this.rotation.status()).rotation!;
  }

  /** From this many rewrapped keys on, the database refuses to rewrap another. */
  async refuseAfter(count: number): Promise<void> {
    await this.testApp.sql(`
      CREATE FUNCTION refuse_rewrap() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN
        IF (SELECT count(*) FROM organization_keys WHERE root_key_fingerprint = NEW.root_key_fingerprint) >= ${count}
        THEN RAISE 'killed'; END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER refuse_rewrap BEFORE UPDATE OF wrapped_key ON organization_keys FOR EACH ROW
        EXECUTE FUNCTION refuse_rewrap()`);
  }

  async refuseNoMore(): Promise<void> {
    await this.testApp.sql('DROP FUNCTION refuse_rewrap() CASCADE');
  }

  async audited(): Promise<string[]> {
    const rows = await this.testApp.sql<{ action: string }>(
      "SELECT action FROM audit_logs WHERE action LIKE 'keys.%' ORDER BY sequence",
    );
    return rows.map(({ action }) => action);
  }

  async close(): Promise<void> {
    await this.service.close();
    await this.testApp.close();
  }
}
