import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { EntityManager } from 'typeorm';
import { isDatabaseAway } from '../src/common/error.filter.js';
import { Database } from '../src/database/database.js';
import type { PreparedStatement } from '../src/database/prepared-statement.js';
import { run, send } from '../src/database/unit-of-work.js';
import { type Account, TestApp } from './support/test-app.js';

let testApp: TestApp;
let database: Database;
let mine: Account;
let other: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  database = testApp.app.get(Database);
  mine = await testApp.account();
  other = await testApp.account();
});

beforeEach(() => testApp.sql('DELETE FROM idempotency_keys'));
afterAll(() => testApp.close());

const insert = (key: string, organizationId = mine.organizationId): PreparedStatement => ({
  name: 'insert key',
  text: `INSERT INTO idempotency_keys (organization_id, route, key, request_hash, resource_id, created_at)
    VALUES ($1, 'test', $2, $3, $4, now())`,
  values: [organizationId, key, Buffer.from('x'), randomUUID()],
});
const failing: PreparedStatement = { name: 'fail', text: 'SELECT 1 / $1::integer', values: [0] };
const answer: PreparedStatement = { name: 'answer', text: 'SELECT 42 AS answer', values: [] };

const kept = async () =>
  (await testApp.sql<{ key: string }>('SELECT key FROM idempotency_keys ORDER BY key')).map(({ key }) => key);
const inMine = <T>(work: (manager: EntityManager) => Promise<T>) =>
  database.tenant(mine.organizationId, work);

const ask = {
  prepared: (manager: EntityManager) => run(manager, answer),
  'by TypeORM': (manager: EntityManager) => manager.query('SELECT 42'),
};

describe('statements that are only sent', () => {
  it('are kept with what is awaited, in their order', async () => {
    await inMine(async (manager) => {
      send(manager, insert('a'));
      const seen = await manager.query<unknown[]>('SELECT 1 FROM idempotency_keys');
      expect(seen).toHaveLength(1);
      send(manager, insert('b'));
      expect(await run(manager, answer)).toEqual([{ answer: 42 }]);
      send(manager, insert('c'));
    });
    expect(await kept()).toEqual(['a', 'b', 'c']);
  });

  it('are kept when nothing is awaited', async () => {
    await inMine(async (manager) => {
      send(manager, insert('a'));
      send(manager, insert('b'));
    });
    expect(await kept()).toEqual(['a', 'b']);
  });

  it.each([0, 1, 2])('keep nothing when one fails, alone: place %i', async (place) => {
    const statements: PreparedStatement[] = [insert('a'), insert('b')];
    statements.splice(place, 0, failing);
    const unit = inMine(async (manager) => statements.forEach((statement) => send(manager, statement)));
    await expect(unit).rejects.toMatchObject({ code: '22012' });
    expect(await kept()).toEqual([]);
  });

  describe.each(Object.entries(ask))('beside one whose answer is awaited, %s', (_, awaited) => {
    it.each([0, 1, 2])('keep nothing when one fails, and say why: place %i', async (place) => {
      const unit = inMine(async (manager) => {
        if (place === 0) send(manager, failing);
        send(manager, insert('a'));
        if (place === 1) send(manager, failing);
        await awaited(manager);
        send(manager, insert('b'));
        if (place === 2) send(manager, failing);
      });
      await expect(unit).rejects.toMatchObject({ code: '22012' });
      expect(await kept()).toEqual([]);
    });
  });

  it('keep nothing when the work throws', async () => {
    const unit = inMine(async (manager) => {
      send(manager, insert('a'));
      await run(manager, answer);
      send(manager, insert('b'));
      throw new Error('changed my mind');
    });
    await expect(unit).rejects.toThrow('changed my mind');
    expect(await kept()).toEqual([]);
  });

  it('keep nothing when a failure was swallowed', async () => {
    const unit = inMine(async (manager) => {
      send(manager, insert('a'));
      await run(manager, failing).catch(() => undefined);
      send(manager, insert('b'));
    });
    await expect(unit).rejects.toBeInstanceOf(Error);
    expect(await kept()).toEqual([]);
    const last = inMine(async (manager) => {
      send(manager, insert('a'));
      await run(manager, failing).catch(() => undefined);
    });
    await expect(last).rejects.toThrow('was rolled back');
    expect(await kept()).toEqual([]);
  });

  it('keep nothing when a value cannot be written', async () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    const wrong = { ...insert('b'), values: [mine.organizationId, circle, Buffer.from('x'), randomUUID()] };
    await expect(
      inMine(async (manager) => {
        send(manager, insert('a'));
        send(manager, wrong);
      }),
    ).rejects.toThrow('circular');
    await expect(database.tenantAtOnce(mine.organizationId, [insert('a'), wrong])).rejects.toThrow(
      'circular',
    );
    expect(await kept()).toEqual([]);
  });

  it('keep nothing when another statement has the name of one', async () => {
    const wrong = { ...insert('b'), text: `${insert('b').text} RETURNING key` };
    await Promise.all(Array.from({ length: 12 }, () => inMine((manager) => run(manager, answer))));
    await inMine(async (manager) => {
      send(manager, insert('first'));
      await run(manager, answer);
      await expect(run(manager, wrong)).rejects.toThrow('have the name');
    });
    expect(await kept()).toEqual(['first']);
  });

  it('are refused once the unit has ended', async () => {
    let late: EntityManager | undefined;
    await inMine(async (manager) => {
      late = manager;
      send(manager, insert('a'));
    });
    expect(() => send(late!, insert('b'))).toThrow('has ended');
    await expect(run(late!, answer)).rejects.toThrow('has ended');
    expect(await kept()).toEqual(['a']);
  });

  it.each([
    ['alone', async () => undefined],
    ['beside one that is awaited', (manager: EntityManager) => run(manager, answer)],
  ])('cannot write into another organisation, %s', async (_, also) => {
    const unit = inMine(async (manager) => {
      send(manager, insert('a'));
      await also(manager);
      send(manager, insert('b', other.organizationId));
    });
    await expect(unit).rejects.toMatchObject({ code: '42501' });
    const atOnce = database.tenantAtOnce(mine.organizationId, [
      insert('a'),
      insert('b', other.organizationId),
    ]);
    await expect(atOnce).rejects.toMatchObject({ code: '42501' });
    expect(await kept()).toEqual([]);
  });

  it('leave no organisation to the next unit on the connection', async () => {
    await inMine(async (manager) => send(manager, insert('a')));
    const seen = await Promise.all(
      Array.from({ length: 30 }, () =>
        database.global((manager) =>
          run(manager, { ...answer, name: 'count', text: 'SELECT key FROM idempotency_keys' }),
        ),
      ),
    );
    expect(seen.flat()).toEqual([]);
    const others = await Promise.all(
      Array.from({ length: 30 }, () =>
        database.tenantAtOnce(other.organizationId, [
          { name: 'keys', text: 'SELECT key FROM idempotency_keys', values: [] },
        ]),
      ),
    );
    expect(others.flat(2)).toEqual([]);
  });
});

describe('a statement that was prepared in a batch which failed', () => {
  it.each(['before it', 'after it'])('works afterwards on every connection: %s', async (where) => {
    const fresh = (key: string) => ({ ...insert(key), name: `insert key ${where}` });
    const failed = Array.from({ length: 30 }, (_, number) =>
      database
        .tenantAtOnce(
          mine.organizationId,
          where === 'before it' ? [fresh(`f${number}`), failing] : [failing, fresh(`f${number}`)],
        )
        .catch((error: { code: string }) => error.code),
    );
    expect(new Set(await Promise.all(failed))).toEqual(new Set(['22012']));
    await Promise.all(
      Array.from({ length: 30 }, (_, number) =>
        database.tenantAtOnce(mine.organizationId, [fresh(`k${number}`)]),
      ),
    );
    expect(await kept()).toHaveLength(30);
  });
});

describe('a connection that ends before the commit is answered', () => {
  it.each([
    ['only sent', async () => undefined],
    ['also awaited', (manager: EntityManager) => run(manager, answer)],
  ])('keeps nothing and is told, when statements are %s', async (_, also) => {
    const unit = inMine(async (manager) => {
      send(manager, insert('a'));
      await also(manager);
      send(manager, insert('b'));
      send(manager, { name: 'end', text: 'SELECT pg_terminate_backend(pg_backend_pid())', values: [] });
      send(manager, insert('c'));
    });
    expect(isDatabaseAway(await unit.catch((error: unknown) => error))).toBe(true);
    expect(await kept()).toEqual([]);
    expect(await inMine((manager) => run(manager, answer))).toEqual([{ answer: 42 }]);
  });
});
