import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/test-app.js';

let testApp: TestApp;

beforeAll(async () => {
  testApp = await TestApp.start();
});

afterAll(() => testApp.close());

describe('the first account', () => {
  it('administers the installation, and the second does not', async () => {
    const before = await testApp.http.get('/api/v1/installation').expect(200);
    expect(before.body.data.installation).toMatchObject({ initialized: false, key: { store: 'file' } });

    const first = await testApp.account();
    const second = await testApp.account();

    expect((await testApp.as(first).get('/auth/me')).body.data.user.is_super_admin).toBe(true);
    expect((await testApp.as(second).get('/auth/me')).body.data.user.is_super_admin).toBe(false);
    const after = await testApp.http.get('/api/v1/installation').expect(200);
    expect(after.body.data.installation).toMatchObject({ initialized: true, key: null });
  });
});
