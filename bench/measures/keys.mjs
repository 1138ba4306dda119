// Rotation of keys, and the same rows updated in bulk.
import { randomUUID } from 'node:crypto';
import { Database } from '../../apps/api/dist/database/database.js';
import { KeyRotations } from '../../apps/api/dist/vault/key-rotations.service.js';
import { OrganizationRotationService } from '../../apps/api/dist/vault/organization-rotation.service.js';
import { RootRotationService } from '../../apps/api/dist/vault/root-rotation.service.js';
import { RootRotationWorker } from '../../apps/api/dist/vault/root-rotation.worker.js';
import { RotationRunner } from '../../apps/api/dist/vault/rotation-runner.js';
import { VaultService } from '../../apps/api/dist/vault/vault.service.js';

const BATCH = 500;
const SYSTEM = { kind: 'system', component: 'bench' };

export class KeyMeasures {
  constructor(of, owner) {
    this.owner = owner;
    this.database = of(Database);
    this.vault = of(VaultService);
    this.rotation = of(OrganizationRotationService);
    this.rotations = of(KeyRotations);
    this.runner = of(RotationRunner);
    this.root = of(RootRotationService);
    this.rootWorker = of(RootRotationWorker);
  }

  /** Everything of the organisation sealed anew under a new version of its key. */
  async rotateOrganization(organizationId) {
    const { id } = await this.rotation.start(SYSTEM, organizationId);
    return this.watched(async () => {
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
    const result = await this.watched(async () => {
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

  /** @returns besides, by how much the heap and what hangs on it grew at most. */
  async watched(work) {
    const held = () => {
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / 2 ** 20;
    };
    global.gc();
    const before = held();
    let most = before;
    const watch = setInterval(() => (most = Math.max(most, held())), 20);
    const result = await this.timed(work);
    clearInterval(watch);
    return { ...result, grown_mib: Math.round(most - before) };
  }

  /** @param work answers how many rows it did. */
  async timed(work) {
    const began = performance.now();
    const count = await work();
    const took = performance.now() - began;
    return { rate: count / (took / 1000), average: took / count, p99: took / count };
  }
}
