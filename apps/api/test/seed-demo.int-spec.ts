import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { claim } from './support/watch.js';
import { latchkey } from './support/cli.js';
import { TestApp } from './support/test-app.js';

let testApp: TestApp;

beforeAll(async () => {
  testApp = await TestApp.start();
});

afterAll(() => testApp.close());

describe('latchkey seed-demo', () => {
  let answer: { email: string; password: string; organization_id: string; integrations: number };

  it('makes an account with as many integrations as asked for', async () => {
    const { code, out, err } = await latchkey(testApp, ['seed-demo', '--integrations', '620', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    answer = JSON.parse(out);
    const { email, password } = answer;
    const { body } = await testApp.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
    const accessToken = body.data.tokens.access_token;
    const list = await testApp.as({ accessToken }).get('/integrations?status=error&q=production').expect(200);
    expect(list.body.data.integrations.length).toBeGreaterThan(0);
    const [row] = await testApp.sql<{ count: number }>('SELECT count(*)::int FROM integrations');
    expect(row!.count).toBe(620);
  });

  it('seals what it makes, and audits that it did', async () => {
    const { code } = await latchkey(testApp, ['keys', 'verify']);
    expect(code).toBe(0);
    const [row] = await testApp.sql<{ metadata: object }>(
      "SELECT metadata FROM audit_logs WHERE organization_id = $1 AND action = 'integration.created'",
      [answer.organization_id],
    );
    expect(row!.metadata).toMatchObject({ demo: true, integrations: 620 });
  });

  it('leaves nothing to the watch, and sends nobody anywhere', async () => {
    expect(await claim(testApp.app, 1000)).toEqual([]);
    const hosts = await testApp.sql<{ config: Record<string, unknown> }>('SELECT config FROM integrations');
    const urls = hosts
      .flatMap(({ config }) => Object.values(config))
      .filter((v) => /^https?:/.test(String(v)));
    expect(urls.length).toBeGreaterThan(0);
    for (const url of urls) expect(new URL(String(url)).hostname).toMatch(/\.example\.com$/);
  });

  it('refuses an installation that has accounts, unless it is told', async () => {
    const refused = await latchkey(testApp, ['seed-demo']);
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('--force');
    await testApp.sql('UPDATE users SET email = $1', ['other@example.com']);
    const forced = await latchkey(testApp, ['seed-demo', '--integrations', '1', '--force']);
    expect(forced).toMatchObject({ code: 0 });
    expect(forced.out).toContain('1 integration made. Sign in as demo@example.com');
  });

  it.each(['0', '1000001', 'many'])('refuses %s integrations', async (number) => {
    const { code, err } = await latchkey(testApp, ['seed-demo', '--integrations', number]);
    expect(code).toBe(2);
    expect(err).toContain('--integrations');
  });
});
