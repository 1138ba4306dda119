import { afterAll, beforeAll, it } from '@jest/globals';
import { TestApp } from './support/test-app.js';
import { Database } from '../src/database/database.js';
let testApp: TestApp;
beforeAll(async () => { testApp = await TestApp.start(); });
afterAll(() => process.exit(0));
it('prints', async () => {
  const db = testApp.app.get(Database, { strict: false });
  const stage = { a: 0, b: 0, done: 0, err: 0 };
  for (let i = 0; i < 40; i++) void db.person(crypto.randomUUID(), async (m) => { stage.a++; await m.query('select 1'); stage.b++; }).then(() => stage.done++, (e) => { stage.err++; process.stdout.write(String(e)); });
  await new Promise((r) => setTimeout(r, 3000));
  process.stdout.write(`done ${JSON.stringify(stage)}\n`);
  const pool: any = db.client;
  let c = 0;
  for (let i = 0; i < 40; i++) void pool.connect().then(async (cl: any) => { await cl.query('select 1'); cl.release(); c++; });
  await new Promise((r) => setTimeout(r, 2000));
  process.stdout.write(`done pool ${c}\n`);
});
