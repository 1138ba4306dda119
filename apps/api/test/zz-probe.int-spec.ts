import { afterAll, it } from '@jest/globals';
import { TestApp } from './support/test-app.js';
import { Database } from '../src/database/database.js';
let testApp: TestApp;
afterAll(() => process.exit(0));
it('prints', async () => {
 for (let app = 0; app < 8; app++) {
  testApp = await TestApp.start();
  const account = await testApp.account();
  const pool: any = testApp.app.get(Database, { strict: false }).client;
  let open = 0, most = 0, conn = 0, rel = 0;
  const orig = pool.connect.bind(pool);
  pool.connect = (cb: any) => cb ? (conn++, orig((e: any, c: any, r: any) => { open++; if (e) process.stdout.write('ERR ' + e); cb(e, c, (...a: any[]) => { rel++; r(...a); }); })) : orig();
  let done = 0;
  for (let i = 0; i < 40; i++) void testApp.as(account).get('/auth/me').then((r) => { done += 1; });
  await new Promise((r) => setTimeout(r, 2500));
  process.stdout.write(`done ${done} conn ${conn} open ${open} rel ${rel} ${pool.totalCount} ${pool.idleCount} ${pool.waitingCount}\n`);
 }
});
