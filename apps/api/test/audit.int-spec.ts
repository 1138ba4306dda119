import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import type { AuditRow } from '../src/audit/audit-chain.js';
import { AuditService } from '../src/audit/audit.service.js';
import { type Account, TestApp } from './support/test-app.js';

interface Verification {
  valid: boolean;
  rows: number;
  first_broken_sequence: number | null;
}

let testApp: TestApp;
let account: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
});

beforeEach(async () => {
  account = await testApp.account();
});

afterAll(() => testApp.close());

const verify = async (): Promise<Verification> =>
  (await testApp.as(account).get('/audit-logs/verify').expect(200)).body.data.verification;

/** Registration wrote the first row. */
const write = (count: number) =>
  Promise.all(
    Array.from({ length: count }, () => testApp.as(account).post('/notifications/read-all').expect(200)),
  );

const tamper = (sql: string, ...parameters: unknown[]) =>
  testApp.sql<Pick<AuditRow, 'hash' | 'previous_hash'>>(sql, [account.organizationId, ...parameters]);

const rowsOf = () =>
  testApp.sql<{ sequence: string; action: string; outcome: string; metadata: Record<string, unknown> }>(
    'SELECT * FROM audit_logs WHERE organization_id = $1 ORDER BY sequence',
    [account.organizationId],
  );

describe('the chain', () => {
  it('is whole after many writes at once, with no gap and no fork', async () => {
    await write(40);

    expect(await verify()).toEqual({ valid: true, rows: 41, first_broken_sequence: null });
    const sequences = (await rowsOf()).map(({ sequence }) => Number(sequence));
    expect(sequences).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
  });

  it('is not called broken while others write to it', async () => {
    const writing = write(40);
    const verifications = await Promise.all(Array.from({ length: 40 }, () => verify()));
    await writing;

    expect(verifications.filter(({ valid }) => !valid)).toEqual([]);
  });

  it('is not called broken when a row is written between the two reads of a verification', async () => {
    const [first] = await tamper('SELECT * FROM audit_logs WHERE organization_id = $1');
    await tamper('DELETE FROM audit_logs WHERE organization_id = $1');
    await tamper(
      "UPDATE audit_chains SET sequence = 0, hash = decode(repeat('00', 32), 'hex') WHERE organization_id = $1",
    );
    expect(await verify()).toEqual({ valid: true, rows: 0, first_broken_sequence: null });

    // Whoever reads the head waits for us now, and the first row comes meanwhile.
    const writer = new pg.Client({ connectionString: testApp.urls.owner });
    await writer.connect();
    await writer.query('BEGIN; LOCK TABLE audit_chains IN ACCESS EXCLUSIVE MODE');
    const verification = verify();
    const waits = async () =>
      (
        await writer.query(
          `SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'audit_chains'::regclass
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
        )
      ).rowCount;
    while (!(await waits()));
    await writer.query('INSERT INTO audit_logs SELECT * FROM json_populate_record(NULL::audit_logs, $1)', [
      JSON.stringify({
        ...first,
        hash: `\\x${first!.hash.toString('hex')}`,
        previous_hash: `\\x${first!.previous_hash.toString('hex')}`,
      }),
    ]);
    await writer.query('UPDATE audit_chains SET sequence = 1, hash = $2 WHERE organization_id = $1', [
      account.organizationId,
      first!.hash,
    ]);
    await writer.query('COMMIT');
    await writer.end();

    expect(await verification).toEqual({ valid: true, rows: 1, first_broken_sequence: null });
  });

  it('goes on over batches of a thousand rows', async () => {
    const audit = testApp.app.get(AuditService, { strict: false });
    const entry = {
      action: 'test.made',
      resourceType: 'test',
      resourceId: null,
      outcome: 'success' as const,
    };
    const actor = { kind: 'system' as const, component: 'test' };
    for (let made = 0; made < 1010; made += 1) {
      await audit.recordAlone(account.organizationId, { ...entry, actor, metadata: { made } });
    }
    expect(await verify()).toEqual({ valid: true, rows: 1011, first_broken_sequence: null });
    await tamper(`UPDATE audit_logs SET outcome = 'failure' WHERE organization_id = $1 AND sequence = 1005`);
    expect(await verify()).toMatchObject({ valid: false, first_broken_sequence: 1005 });
  });

  it.each([
    ['action', "action = 'nothing.happened'"],
    ['outcome', "outcome = 'failure'"],
    ['actor', 'actor_id = gen_random_uuid()'],
    ['time', "created_at = created_at + interval '1 millisecond'"],
    ['metadata', `metadata = '{"read": 7}'`],
    ['address', "ip = '10.0.0.1'"],
    ['id', 'id = gen_random_uuid()'],
    ['hash', "hash = decode(repeat('00', 32), 'hex')"],
    ['previous hash', "previous_hash = decode(repeat('00', 32), 'hex')"],
  ])('names the first row whose %s was changed', async (_, change) => {
    await write(5);
    await tamper(`UPDATE audit_logs SET ${change} WHERE organization_id = $1 AND sequence >= 4`);

    expect(await verify()).toEqual({ valid: false, rows: 3, first_broken_sequence: 4 });
  });

  it.each([
    ['in the middle', 3],
    ['at the beginning', 1],
    ['at the end', 6],
  ])('names the row that was deleted %s', async (_, sequence) => {
    await write(5);
    await tamper('DELETE FROM audit_logs WHERE organization_id = $1 AND sequence = $2', sequence);

    expect(await verify()).toEqual({ valid: false, rows: sequence - 1, first_broken_sequence: sequence });
  });

  it('names the first row that was deleted when all were', async () => {
    await write(3);
    await tamper('DELETE FROM audit_logs WHERE organization_id = $1');

    expect(await verify()).toEqual({ valid: false, rows: 0, first_broken_sequence: 1 });
  });

  it('names the first of two rows that were swapped', async () => {
    await write(5);
    for (const [from, to] of [
      [3, 99],
      [5, 3],
      [99, 5],
    ]) {
      await tamper(
        'UPDATE audit_logs SET sequence = $3 WHERE organization_id = $1 AND sequence = $2',
        from,
        to,
      );
    }

    expect(await verify()).toEqual({ valid: false, rows: 2, first_broken_sequence: 3 });
  });

  it('names a row that was added behind the last', async () => {
    await write(2);
    await tamper(
      `INSERT INTO audit_logs SELECT organization_id, sequence + 1, $2, created_at, actor_type, actor_id, action,
         resource_type, resource_id, outcome, ip, user_agent, request_id, metadata, hash, hash
       FROM audit_logs WHERE organization_id = $1 AND sequence = 3`,
      uuidv7(),
    );

    expect(await verify()).toEqual({ valid: false, rows: 3, first_broken_sequence: 4 });
  });

  it('of one organisation says nothing of another’s', async () => {
    const other = await testApp.account();
    await write(2);
    await testApp.sql('DELETE FROM audit_logs WHERE organization_id = $1', [other.organizationId]);

    expect((await verify()).valid).toBe(true);
  });
});

describe('what was refused', () => {
  const lastRow = async () => (await rowsOf()).at(-1);

  it('for want of a permission is recorded as blocked', async () => {
    const viewer = await testApp.member(account.organizationId, 'viewer');
    await testApp.as(viewer).get('/audit-logs').expect(403);

    expect(await lastRow()).toMatchObject({
      actor_type: 'user',
      actor_id: viewer.userId,
      action: 'access.denied',
      outcome: 'blocked',
      metadata: { permission: 'audit:read' },
    });
  });

  it('because the id is another organisation’s, or nobody’s, is recorded as blocked', async () => {
    const id = uuidv7();
    await testApp.as(account).get(`/integrations/${id}`).expect(404);

    expect(await lastRow()).toMatchObject({
      actor_id: account.userId,
      action: 'access.denied',
      resource_id: id,
      outcome: 'blocked',
      metadata: { route: 'GET /api/v1/integrations/:id' },
    });
  });

  it('because the session has ended is recorded as blocked, once for a token', async () => {
    await testApp.as(account).post('/auth/logout').expect(200);
    for (let call = 0; call < 3; call += 1) await testApp.as(account).get('/auth/me').expect(401);

    const refusals = (await rowsOf()).filter(({ action }) => action === 'session.refused');
    expect(refusals).toEqual([
      expect.objectContaining({ actor_type: 'anonymous', outcome: 'blocked', resource_type: 'session' }),
    ]);
  });

  it('because the password was wrong is recorded as a failure, without what was sent', async () => {
    await testApp.http
      .post('/api/v1/auth/login')
      .send({ email: account.email, password: 'guessed-password-1' })
      .expect(401);

    const row = await lastRow();
    expect(row).toMatchObject({ action: 'session.refused', outcome: 'failure', actor_type: 'anonymous' });
    expect(JSON.stringify(row)).not.toContain('guessed');
  });
});

describe('reading the trail', () => {
  const pageAfter = async (
    cursor: string,
  ): Promise<{ audit_logs: { sequence: number }[]; next_cursor: string | null }> => {
    const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : '';
    return (await testApp.as(account).get(`/audit-logs?limit=4${query}`).expect(200)).body.data;
  };

  it('pages by cursor from the newest to the oldest, each row once, also while others write', async () => {
    await write(10);
    const sequences: number[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page = await pageAfter(cursor);
      sequences.push(...page.audit_logs.map(({ sequence }) => sequence));
      cursor = page.next_cursor;
      await write(1);
    }

    expect(sequences).toEqual(Array.from({ length: 11 }, (_, index) => 11 - index));
  });

  it('filters by action', async () => {
    await write(2);
    const { body } = await testApp.as(account).get('/audit-logs?action=user.registered').expect(200);

    expect(body.data.audit_logs.map(({ action }: { action: string }) => action)).toEqual(['user.registered']);
    expect(body.data.audit_logs[0]).toMatchObject({
      actor_id: account.userId,
      outcome: 'success',
      sequence: 1,
    });
  });

  it.each(['cursor=nonsense', 'limit=0', 'limit=101', 'limit=x', 'page=2'])('refuses ?%s', async (query) => {
    const { body } = await testApp.as(account).get(`/audit-logs?${query}`).expect(400);

    expect(Object.keys(body.error.details)).toEqual([query.split('=')[0]]);
  });
});
