import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import supertest from 'supertest';
import { type Account, TestApp } from './support/test-app.js';

const DAY = 86_400_000;

let testApp: TestApp;
let account: Account;

beforeAll(async () => {
  testApp = await TestApp.start();
});

beforeEach(async () => {
  account = await testApp.account();
});

afterAll(() => testApp.close());

const refresh = (token: string, userAgent = 'latchkey-test/1') =>
  testApp.http.post('/api/v1/auth/refresh-token').set('user-agent', userAgent).send({ refresh_token: token });

const rotated = async (token: string, userAgent?: string): Promise<{ access: string; refresh: string }> => {
  const { body } = await refresh(token, userAgent).expect(200);
  return { access: body.data.tokens.access_token, refresh: body.data.tokens.refresh_token };
};

const me = (accessToken: string) => testApp.as({ accessToken }).get('/auth/me');

const codeOf = async (request: supertest.Test) => (await request).body.error?.code;

describe('a refresh token', () => {
  it('is exchanged for the next one and an access token that works', async () => {
    const { body } = await refresh(account.refreshToken).expect(200);

    expect(Object.keys(body.data)).toEqual(['tokens']);
    expect(body.data.tokens.refresh_token).not.toBe(account.refreshToken);
    expect(body.data.tokens.expires_in).toBe(3600);
    const answer = await me(body.data.tokens.access_token).expect(200);
    expect(answer.body.data.user).toMatchObject({
      id: account.userId,
      organization_id: account.organizationId,
    });
    await refresh(body.data.tokens.refresh_token).expect(200);
  });

  it('answers the same successor to the same client for ten seconds after its use', async () => {
    const first = await rotated(account.refreshToken);
    testApp.clock.advance(10_000);
    const again = await rotated(account.refreshToken);

    expect(again.refresh).toBe(first.refresh);
    await me(again.access).expect(200);
    await rotated(again.refresh);
  });

  it('answers the same successor to two uses at once, and the family does not fork', async () => {
    const [first, second] = await Promise.all([rotated(account.refreshToken), rotated(account.refreshToken)]);

    expect(second!.refresh).toBe(first!.refresh);
    const tokens = await testApp.sql(
      `SELECT t.used_at FROM refresh_tokens t JOIN user_sessions s ON s.id = t.session_id WHERE s.user_id = $1`,
      [account.userId],
    );
    expect(tokens).toHaveLength(2);
  });

  const expectTheftNoticed = async (later: { access: string; refresh: string }, userAgent: string) => {
    expect(await codeOf(refresh(account.refreshToken, userAgent))).toBe('TOKEN_REUSED');

    expect(await codeOf(refresh(later.refresh))).toBe('UNAUTHENTICATED');
    await me(later.access).expect(401);
    await me(account.accessToken).expect(401);
    const [row] = await testApp.sql(
      `SELECT outcome, metadata FROM audit_logs
       WHERE organization_id = $1 AND action = 'session.refresh_token_reused'`,
      [account.organizationId],
    );
    expect(row).toEqual({ outcome: 'blocked', metadata: { user_id: account.userId } });
  };

  it('that was used ends its session when another client sends it, even within ten seconds', async () => {
    const later = await rotated(account.refreshToken);
    await me(later.access).expect(200);
    await expectTheftNoticed(later, 'somebody-else/1');
  });

  it('that was used ends its session after ten seconds, even from the same client', async () => {
    const later = await rotated(account.refreshToken);
    testApp.clock.advance(10_001);
    await me(later.access).expect(200);
    await expectTheftNoticed(later, 'latchkey-test/1');
  });

  it('that was used ends the session from any place in the family', async () => {
    const second = await rotated(account.refreshToken);
    const third = await rotated(second.refresh);
    testApp.clock.advance(10_001);
    const fourth = await rotated(third.refresh);

    expect(await codeOf(refresh(second.refresh))).toBe('TOKEN_REUSED');

    expect(await codeOf(refresh(fourth.refresh))).toBe('UNAUTHENTICATED');
  });

  it('leaves the person’s other sessions alone when it is stolen', async () => {
    const { email, password } = account;
    const other = await testApp.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
    await rotated(account.refreshToken);
    await refresh(account.refreshToken, 'somebody-else/1').expect(401);

    await me(other.body.data.tokens.access_token).expect(200);
    await rotated(other.body.data.tokens.refresh_token);
  });

  it('lives thirty days from its last use', async () => {
    testApp.clock.advance(30 * DAY - 1000);
    const later = await rotated(account.refreshToken);
    testApp.clock.advance(30 * DAY - 1000);
    const last = await rotated(later.refresh);
    testApp.clock.advance(30 * DAY);

    expect(await codeOf(refresh(last.refresh))).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['unknown', `lkr_${'A'.repeat(43)}`],
    ['malformed', 'lkr_short'],
    ['an access token', 'eyJhbGciOiJIUzI1NiJ9.e30.x'],
    ['empty', ''],
  ])('that is %s answers UNAUTHENTICATED', async (_, token) => {
    expect(await codeOf(refresh(token).expect(401))).toBe('UNAUTHENTICATED');
  });

  it('is not stored, only its hash', async () => {
    const rows = await testApp.sql('SELECT row_to_json(t)::text AS row FROM refresh_tokens t');

    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(account.refreshToken.slice(4));
  });

  it('of an account that was turned off does not work', async () => {
    await testApp.sql('UPDATE users SET is_active = false WHERE id = $1', [account.userId]);

    await refresh(account.refreshToken).expect(401);
  });
});

describe('signing out', () => {
  it('ends the session’s access and refresh tokens at once, and no other session', async () => {
    const { email, password } = account;
    const other = await testApp.http.post('/api/v1/auth/login').send({ email, password }).expect(200);
    await me(account.accessToken).expect(200);

    await testApp.as(account).post('/auth/logout').expect(200);

    await me(account.accessToken).expect(401);
    expect(await codeOf(refresh(account.refreshToken))).toBe('UNAUTHENTICATED');
    await me(other.body.data.tokens.access_token).expect(200);
  });

  it('reaches another replica within a second', async () => {
    const replica = await testApp.launch();
    try {
      const there = () =>
        supertest(replica.getHttpServer())
          .get('/api/v1/auth/me')
          .set('authorization', `Bearer ${account.accessToken}`);
      await there().expect(200);

      await testApp.as(account).post('/auth/logout').expect(200);
      testApp.clock.advance(1000);

      expect((await there().expect(401)).body.error.code).toBe('UNAUTHENTICATED');
    } finally {
      await replica.close();
    }
  });
});

describe('what a session may do', () => {
  it('follows the role of this moment within a second', async () => {
    const integrations = () => testApp.as(account).get('/integrations');
    await integrations().expect(200);

    await testApp.sql('DELETE FROM organization_members WHERE user_id = $1', [account.userId]);
    testApp.clock.advance(1000);

    await integrations().expect(403);
    expect((await me(account.accessToken).expect(200)).body.data.user).toMatchObject({
      role: null,
      organization: null,
      permissions: [],
    });
  });
});
