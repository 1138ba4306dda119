// Credentials: many of them to work on, read without memory, stored and replaced, and the same with plain `pg`.
import { Database } from '../../apps/api/dist/database/database.js';
import { CredentialValues } from '../../apps/api/dist/access/credential-values.service.js';
import { CredentialReplacement } from '../../apps/api/dist/integrations/credentials/credential-replacement.js';
import { CredentialsService } from '../../apps/api/dist/tokens/credentials.service.js';
import { loop, ROUND_MS } from '../loops.mjs';

const SECRET = 'x'.repeat(40);
const CONCURRENCY = 20;
const BATCH = 500;
/** More than a run can store. */
const STORED = 200_000;

const SELECT = {
  name: 'bench select',
  text: 'SELECT key_version FROM integration_credentials WHERE organization_id = $1 AND integration_id = $2',
};

export class CredentialMeasures {
  constructor(of, owner) {
    this.owner = owner;
    this.database = of(Database);
    this.values = of(CredentialValues);
    this.credentials = of(CredentialsService);
    this.replacement = of(CredentialReplacement);
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
}
