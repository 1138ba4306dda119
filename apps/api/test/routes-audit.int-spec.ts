import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Counterpart } from './support/counterpart.js';
import { readOperations } from './support/document.js';
import { letIn, ROUTE_CALLS, type Stage } from './support/route-calls.js';
import { TestApp } from './support/test-app.js';

let stage: Stage;

beforeAll(async () => {
  const testApp = await TestApp.start();
  const admin = await testApp.account();
  const counterpart = await Counterpart.start();
  stage = { testApp, admin, counterpart, secret: 'a-secret-of-the-test', password: admin.password };
  letIn(counterpart, stage.secret);
});

afterAll(async () => {
  await stage.counterpart.close();
  await stage.testApp.close();
});

const countOf = async (action: string): Promise<number> => {
  const rows = await stage.testApp.sql(
    "SELECT 1 FROM audit_logs WHERE action = $1 AND outcome = 'success' AND request_id IS NOT NULL",
    [action],
  );
  return rows.length;
};

describe('a route that changes something', () => {
  it('is in the table of calls, and what is in the table exists', async () => {
    const operations = await readOperations(stage.testApp);

    // Proxied calls change nothing here and are counted in the usage; a row for each would bury all others. What a
    // provider sends is worked on in a job, which writes the rows of what it changes.
    const ours = operations.filter(
      ({ path }) => !/\/(proxy(\/\{path\})?|slack\/events|github-app\/webhook)$/.test(path),
    );
    const mutating = ours.filter(({ method }) => method !== 'get').map(({ route }) => route);
    expect(Object.keys(ROUTE_CALLS).toSorted()).toEqual(mutating.toSorted());
  });

  it.each(Object.entries(ROUTE_CALLS))('%s writes its audit row', async (_, { action, call }) => {
    const before = await countOf(action);

    const { status, body } = await call(stage);

    expect([status < 300, body]).toEqual([true, expect.objectContaining({ success: true })]);
    expect(await countOf(action)).toBe(before + 1);
  });

  it('leaves the chain valid', async () => {
    const { body } = await stage.testApp.as(stage.admin).get('/audit-logs/verify').expect(200);

    expect(body.data.verification).toMatchObject({ valid: true, first_broken_sequence: null });
    expect(body.data.verification.rows).toBeGreaterThan(10);
  });
});
