import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/test-app.js';

let testApp: TestApp;

beforeAll(async () => {
  testApp = await TestApp.start();
});

afterAll(() => testApp.close());

describe('calls at the same moment with tokens that were not seen before', () => {
  it('each get the person of their own token', async () => {
    const accounts = [];
    for (let number = 0; number < 6; number += 1) accounts.push(await testApp.account());
    // The answers to registration are remembered for a second.
    testApp.clock.advance(2000);

    const answers = await Promise.all(
      [...accounts, ...accounts.toReversed()].map(async (account) => ({
        expected: account.userId,
        answered: (await testApp.as(account).get('/auth/me').expect(200)).body.data.user.id,
      })),
    );

    for (const { expected, answered } of answers) expect(answered).toBe(expected);
  });

  it('are judged apart when one of the tokens is no good', async () => {
    const account = await testApp.account();
    testApp.clock.advance(2000);

    const [good, bad, again] = await Promise.all([
      testApp.as(account).get('/auth/me'),
      testApp.as({ accessToken: `${account.accessToken}x` }).get('/auth/me'),
      testApp.as(account).get('/permissions'),
    ]);

    expect([good.status, bad.status, again.status]).toEqual([200, 401, 200]);
  });
});
