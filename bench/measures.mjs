// What run.mjs asks of the server's process: data to work on, and work measured without HTTP.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { request } from 'undici';
import { CredentialValues } from '../apps/api/dist/access/credential-values.service.js';
import { Database } from '../apps/api/dist/database/database.js';
import { CredentialReplacement } from '../apps/api/dist/integrations/credentials/credential-replacement.js';
import { IntegrationTokens } from '../apps/api/dist/integrations/tokens/integration-tokens.js';
import { LiveConnections } from '../apps/api/dist/integrations/credentials/live-connections.js';
import { CredentialsService } from '../apps/api/dist/tokens/credentials.service.js';
import { UsableCredentials } from '../apps/api/dist/tokens/usable-credentials.js';
import { KeyRotations } from '../apps/api/dist/vault/key-rotations.service.js';
import { OrganizationRotationService } from '../apps/api/dist/vault/organization-rotation.service.js';
import { RootRotationService } from '../apps/api/dist/vault/root-rotation.service.js';
import { RootRotationWorker } from '../apps/api/dist/vault/root-rotation.worker.js';
import { RotationRunner } from '../apps/api/dist/vault/rotation-runner.js';
import { VaultService } from '../apps/api/dist/vault/vault.service.js';
import { loop, median } from './loops.mjs';

const SECRET = 'x'.repeat(40);
const ROUND_MS = Number(process.env.BENCH_SECONDS ?? 5) * 1000;
const CONCURRENCY = 20;
const BATCH = 500;
/** More than a run can store. */
const STORED = 200_000;
const SYSTEM = { kind: 'system', component: 'bench' };

const SELECT = {
  name: 'bench select',
  text: 'SELECT key_version FROM integration_credentials WHERE organization_id = $1 AND integration_id = $2',
};

/** In one process with the application, whose services are measured, and with plain `pg` beside them. */
export class Measures {
  constructor(app, urls) {
    const of = (type) => app.get(type, { strict: false });
    this.database = of(Database);
    this.values = of(CredentialValues);
    this.credentials = of(CredentialsService);
    this.replacement = of(CredentialReplacement);
    this.tokens = of(IntegrationTokens);
    this.connections = of(LiveConnections);
    this.usable = of(UsableCredentials);
    this.vault = of(VaultService);
    this.rotation = of(OrganizationRotationService);
    this.rotations = of(KeyRotations);
    this.runner = of(RotationRunner);
    this.root = of(RootRotationService);
    this.rootWorker = of(RootRotationWorker);
    this.owner = new pg.Pool({ connectionString: urls.owner, max: 20 });
  }

  close() {
    return this.owner.end();
  }

  /** Many integrations like the one given, each with a credential of its own. @returns their ids */
  async multiply(organizationId, integrationId, count) {
    await this.owner.query('ALTER TABLE integrations NO FORCE ROW LEVEL SECURITY');
    const { rows } = await this.owner.query(
      `INSERT INTO integrations (organization_id, id, integration_type_id, name, config, auth_mode, status)
       SELECT organization_id, uuidv7(), integration_type_id, 'bench ' || number, config, auth_mode, 'active'
       FROM integrations, generate_series(1, $3) AS number WHERE organization_id = $1 AND id = $2 RETURNING id`,
      [organizationId, integrationId, count],
    );
    await this.owner.query('ALTER TABLE integrations FORCE ROW LEVEL SECURITY');
    const ids = rows.map(({ id }) => id);
    for (let from = 0; from < ids.length; from += BATCH) {
      const made = await Promise.all(
        ids.slice(from, from + BATCH).map((id) => this.sealFor(organizationId, id)),
      );
      await this.database.tenant(organizationId, async (manager) => {
        for (const credential of made) await this.credentials.insert(manager, credential);
      });
    }
    await this.owner.query('ANALYZE integrations, integration_credentials');
    this.ids = ids;
  }

  sealFor(organizationId, integrationId, place) {
    const fields = { token: SECRET };
    const made = { credentialType: 'api_token', fields, expiresAt: null, proven: true };
    return this.credentials.seal(organizationId, integrationId, made, place);
  }

  /** Reads that find nothing in memory: there are more credentials than it keeps. */
  readUncached(organizationId, tokenId, callers) {
    const program = {
      kind: 'service_token',
      tokenId,
      tokenName: 'bench',
      organizationId,
      scopes: new Set(['credentials:read']),
      integrationIds: null,
      integrationTypeIds: null,
      origin: { ip: '127.0.0.1', userAgent: 'bench', requestId: tokenId },
    };
    return loop(callers, ROUND_MS, (number) => this.values.read(program, this.ids[number % this.ids.length]));
  }

  selectOne(organizationId, callers) {
    return loop(callers, ROUND_MS, (number) =>
      this.owner.query({ ...SELECT, values: [organizationId, this.ids[number % this.ids.length]] }),
    );
  }

  /** Integrations that have no credential yet. */
  async empty(places, count) {
    await this.owner.query('ALTER TABLE integrations NO FORCE ROW LEVEL SECURITY');
    this.without = [];
    for (const { organizationId, integrationId } of places) {
      const { rows } = await this.owner.query(
        `INSERT INTO integrations (organization_id, id, integration_type_id, name, config, auth_mode)
         SELECT organization_id, uuidv7(), integration_type_id, 'empty', config, auth_mode
         FROM integrations, generate_series(1, $3) WHERE organization_id = $1 AND id = $2 RETURNING id`,
        [organizationId, integrationId, Math.ceil(count / places.length)],
      );
      this.without.push(...rows.map(({ id }) => ({ organizationId, id })));
    }
    await this.owner.query('ALTER TABLE integrations FORCE ROW LEVEL SECURITY');
  }

  /** Sealed and stored, each for an integration that has none. */
  async store(places) {
    if (!this.without?.length) await this.empty(places, STORED);
    return loop(CONCURRENCY, ROUND_MS, async () => {
      const { organizationId, id } = this.without.pop();
      const credential = await this.sealFor(organizationId, id);
      await this.database.tenant(organizationId, (manager) => this.credentials.insert(manager, credential));
    });
  }

  /** What a person does who enters another credential: locked, kept beside the one before, logged, audited. */
  replace(places) {
    return loop(CONCURRENCY, ROUND_MS, async (number) => {
      const { organizationId, userId, integrationId } = places[number % places.length];
      const current = await this.credentials.find(organizationId, integrationId);
      const credential = await this.sealFor(organizationId, integrationId, current.id);
      const origin = { ip: '127.0.0.1', userAgent: 'bench', requestId: userId };
      await this.replacement.keep({ kind: 'user', userId, origin }, credential, 'bearer');
    });
  }

  /** Tokens as a consent leaves them; they have ended. */
  async authorise(organizationId, integrationId) {
    const current = await this.credentials.find(organizationId, integrationId);
    const ended = new Date(Date.now() - 1000);
    const sealed = await this.credentials.seal(
      organizationId,
      integrationId,
      {
        credentialType: 'oauth2',
        fields: { client_id: 'bench', client_secret: SECRET, access_token: 'ended', refresh_token: 'first' },
        expiresAt: ended,
        refreshAt: ended,
        proven: true,
      },
      current.id,
    );
    await this.database.tenant(organizationId, (manager) => this.credentials.replace(manager, sealed));
    this.connections.changed(organizationId, integrationId);
  }

  /** Refreshes one after the other, and what the provider takes alone. @returns medians in milliseconds */
  async refresh(organizationId, integrationId, tokenUrl) {
    await this.authorise(organizationId, integrationId);
    const form = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=refresh_token&refresh_token=${SECRET}&client_id=bench&client_secret=${SECRET}`,
    };
    const alone = [];
    const whole = [];
    for (let round = 0; round < 3; round += 1) {
      const direct = await loop(1, ROUND_MS / 3, async () => (await request(tokenUrl, form)).body.dump());
      const refreshed = await loop(1, ROUND_MS / 3, () =>
        this.tokens.refresh(organizationId, integrationId, 'person'),
      );
      alone.push(direct.p50);
      whole.push(refreshed.p50);
    }
    return { alone: median(alone), whole: median(whole) };
  }

  /** Many want the same token at once, which has ended. @returns how many different ones they got, and how long it took */
  async rush(organizationId, integrationId, callers) {
    await this.authorise(organizationId, integrationId);
    const program = { organizationId, integrationIds: null, integrationTypeIds: null };
    const began = performance.now();
    const all = await Promise.all(
      Array.from({ length: callers }, async () =>
        this.usable.get(await this.connections.require(program, integrationId)),
      ),
    );
    const tokens = new Set(all.map(({ value }) => value.access_token));
    return { tokens: tokens.size, ms: performance.now() - began };
  }

  async insertOne(places) {
    await this.owner.query(`CREATE TABLE IF NOT EXISTS bench_rows
      (id uuid PRIMARY KEY, organization_id uuid, integration_id uuid, sealed bytea, created_at timestamptz)`);
    const bytes = Buffer.alloc(65 + SECRET.length + 12, 7);
    return loop(CONCURRENCY, ROUND_MS, (number) => {
      const { organizationId, integrationId } = places[number % places.length];
      return this.owner.query({
        name: 'bench insert',
        text: 'INSERT INTO bench_rows VALUES (gen_random_uuid(), $1, $2, $3, now())',
        values: [organizationId, integrationId, bytes],
      });
    });
  }

  /** Everything of the organisation sealed anew under a new version of its key. */
  async rotateOrganization(organizationId) {
    const { id } = await this.rotation.start(SYSTEM, organizationId);
    return this.timed(async () => {
      await this.runner.work(organizationId, id);
      const { state, done } = await this.rotations.require(id);
      if (state !== 'completed') throw new Error(`the rotation is ${state}`);
      return done;
    });
  }

  /** The same rows get values of the same size from here, as any change of their key has to bring them. */
  updateCredentials(organizationId) {
    return this.bulkUpdate(
      'SELECT id, sealed AS value FROM integration_credentials WHERE organization_id = $1',
      `UPDATE integration_credentials c SET sealed = new.value, key_version = c.key_version
       FROM unnest($2::uuid[], $3::bytea[]) AS new (id, value) WHERE c.organization_id = $1 AND c.id = new.id`,
      'integration_credentials',
      [organizationId],
    );
  }

  async bulkUpdate(select, update, table, parameters) {
    await this.owner.query(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
    const result = await this.timed(async () => {
      const { rows } = await this.owner.query(select, parameters);
      const ids = rows.map(({ id }) => id);
      const values = rows.map(({ value }) => value);
      await this.owner.query(update, [...parameters, ids, values]);
      return rows.length;
    });
    await this.owner.query(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`);
    return result;
  }

  /** More organisations, each with a key of its own, as many as asked for. */
  async multiplyOrganizations(count) {
    for (let made = 0; made < count; made += BATCH) {
      const batch = await Promise.all(
        Array.from({ length: Math.min(BATCH, count - made) }, async (_, number) => {
          const id = randomUUID();
          return { id, slug: `many-${made + number}`, write: await this.vault.prepareOrganizationKey(id) };
        }),
      );
      for (const { id, slug, write } of batch) {
        await this.database.tenant(id, async (manager) => {
          await manager.query('INSERT INTO organizations (id, name, slug) VALUES ($1, $2, $2)', [id, slug]);
          await write(manager);
        });
      }
    }
  }

  async rotateRoot() {
    const { rows } = await this.owner.query('SELECT count(*)::int AS count FROM organizations');
    await this.root.start(SYSTEM);
    const result = await this.timed(async () => {
      await this.rootWorker.run();
      return rows[0].count;
    });
    await this.root.retireOld(SYSTEM);
    return result;
  }

  updateOrganizationKeys() {
    return this.bulkUpdate(
      "SELECT organization_id || ' ' || version AS id, wrapped_key AS value FROM organization_keys",
      `UPDATE organization_keys k SET wrapped_key = new.value, root_key_fingerprint = k.root_key_fingerprint
       FROM (SELECT split_part(id, ' ', 1)::uuid AS organization_id, split_part(id, ' ', 2)::int AS version, value
         FROM unnest($1::text[], $2::bytea[]) AS given (id, value)) AS new
       WHERE k.organization_id = new.organization_id AND k.version = new.version`,
      'organization_keys',
      [],
    );
  }

  /** @param work answers how many rows it did. */
  async timed(work) {
    const began = performance.now();
    const count = await work();
    const took = performance.now() - began;
    return { rate: count / (took / 1000), average: took / count, p99: took / count };
  }

  /** @param collected after a full collection, which stops everything for a moment. */
  memory(collected) {
    if (collected) global.gc();
    return Math.round(process.memoryUsage().rss / 2 ** 20);
  }
}
