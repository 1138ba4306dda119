import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { NIL_ORGANIZATION } from '../src/common/actor.js';
import { Database } from '../src/database/database.js';
import { RootRotationService } from '../src/vault/root-rotation.service.js';
import { RootRotationWorker } from '../src/vault/root-rotation.worker.js';
import { eventually } from './support/counterpart.js';
import { KeysBench, OPERATOR, type Tenant } from './support/keys-bench.js';

let bench: KeysBench;
let tenants: Tenant[];

beforeEach(async () => {
  bench = await KeysBench.start({ KEY_STORE: 'file' });
  tenants = [await bench.tenant(), await bench.tenant()];
});

afterEach(() => bench.close());

describe('while another replica rotates to a newer root key, retiring the one before', () => {
  it('deletes no key that anything is wrapped by', async () => {
    await bench.rotate();
    const other = await bench.testApp.launch();
    let rotating: Promise<void> | undefined;
    let through = false;
    const rotate = async (): Promise<void> => {
      await other.get(RootRotationService).start(OPERATOR);
      await other.get(RootRotationWorker).run();
      through = true;
    };
    const held = async (): Promise<boolean> =>
      through ||
      (
        await bench.testApp.sql(
          "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
        )
      ).length > 0;

    await bench.testApp.app.get(Database).tenant(NIL_ORGANIZATION, (manager) =>
      bench.ring.retireOthers(manager, async () => {
        rotating = rotate();
        await eventually(held, 'the rotation is through, or waits');
      }),
    );
    await rotating;
    await other.close();

    expect(bench.keyFiles).toEqual(['root.key', expect.stringContaining('root.key.previous-')]);
    await bench.restart();
    expect(await bench.named()).toEqual([bench.fingerprint]);
    expect(await bench.tryAll(tenants)).toEqual([200]);
  });

  it('is refused by what is wrapped otherwise, and then deletes nothing', async () => {
    await bench.rotate();
    await bench.testApp.sql(
      `UPDATE organization_keys SET root_key_fingerprint = '0123456789abcdef' WHERE organization_id = $1`,
      [tenants[0]!.account.organizationId],
    );
    const files = bench.keyFiles;

    await expect(bench.rotation.retireOld(OPERATOR)).rejects.toMatchObject({
      code: 'CONFLICT',
      details: { fingerprints: ['0123456789abcdef'] },
    });

    expect(bench.keyFiles).toEqual(files);
  });
});
