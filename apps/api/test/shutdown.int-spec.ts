import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ServiceTokenUses } from '../src/access/service-token-uses.js';
import { GroupedAudit } from '../src/audit/grouped-audit.js';
import { Counterpart, eventually } from './support/counterpart.js';
import { makeToken } from './support/programs.js';
import { integrationForm, letIn } from './support/route-calls.js';
import { type Account, TestApp } from './support/test-app.js';

let testApp: TestApp;
let admin: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
  admin = await testApp.account();
});

afterAll(() => testApp.close());

it('what the last request left to be written is written before the process ends', async () => {
  const replica = await testApp.launch();
  const token = await makeToken(testApp, admin);
  const { organizationId } = admin;
  // The server closes when the last request under way is answered, after the modules were told to come to an end.
  replica.getHttpServer().once('close', () => {
    replica.get(ServiceTokenUses, { strict: false }).add(organizationId, token.id, '192.0.2.1');
    void replica.get(GroupedAudit, { strict: false }).recordBehind(organizationId, {
      actor: { kind: 'system', component: 'the last request' },
      action: 'credentials.read',
      resourceType: 'integration',
      resourceId: token.id,
      outcome: 'success',
    });
  });
  await replica.close();

  const rows = await testApp.sql('SELECT action FROM audit_logs WHERE resource_id = $1 ORDER BY sequence', [
    token.id,
  ]);
  expect(rows).toEqual([{ action: 'service_token.created' }, { action: 'credentials.read' }]);
  const uses = await testApp.sql('SELECT last_used_ip FROM service_tokens WHERE id = $1', [token.id]);
  expect(uses).toEqual([{ last_used_ip: '192.0.2.1' }]);
});

it('a connection that a client keeps after its last answer does not hold up the end', async () => {
  const replica = await testApp.launch();
  const counterpart = await Counterpart.start();
  letIn(counterpart, 'a-secret-of-the-test');
  const release = counterpart.hold();
  const agent = new Agent({ keepAlive: true });
  const { port } = replica.getHttpServer().address() as { port: number };
  const call = request({
    agent,
    port,
    host: '127.0.0.1',
    method: 'POST',
    path: '/api/v1/integrations/test',
    headers: { authorization: `Bearer ${admin.accessToken}`, 'content-type': 'application/json' },
  });
  call.end(JSON.stringify(integrationForm({ counterpart, secret: 'a-secret-of-the-test' })));
  await eventually(() => counterpart.waiting === 1, 'the call is under way');
  const closing = replica.close();
  await eventually(() => !replica.getHttpServer().listening, 'the server takes no more connections');
  release();
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  await text(answer);

  expect(answer.statusCode).toBe(200);
  await closing;
  expect(Object.values(agent.freeSockets).flat()).toEqual([]);
  agent.destroy();
  await counterpart.close();
});
