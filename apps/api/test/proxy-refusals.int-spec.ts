import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { LiveConnections } from '../src/integrations/credentials/live-connections.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { makeToken } from './support/programs.js';
import { portOf, ProxyStage, SECRET } from './support/proxy-stage.js';

let stage: ProxyStage;
/** Another replica, whose operator allows private networks and no more. */
let guarded: NestFastifyApplication;

beforeAll(async () => {
  stage = await ProxyStage.start();
  guarded = await stage.testApp.launch({ EGRESS_ALLOW: '10.0.0.0/8,192.168.0.0/16,fc00::/7' });
});

afterAll(async () => {
  await guarded.close();
  await stage.close();
});

beforeEach(() => stage.provider.answers({ '*': { json: { ok: true } } }));

const DENIED = `SELECT actor_type, outcome, resource_id, metadata FROM audit_logs WHERE action = 'access.denied'`;

describe('who may call the proxy', () => {
  it('nobody without a service token that has the scope', async () => {
    const reader = await makeToken(stage.testApp, stage.admin, { scopes: ['credentials:read'] });
    const calls: [string, number, string][] = [
      ['', 401, 'UNAUTHENTICATED'],
      ['Basic YWRtaW46YWRtaW4=', 401, 'UNAUTHENTICATED'],
      [`Bearer lk_${'a'.repeat(40)}`, 401, 'UNAUTHENTICATED'],
      [`Bearer ${stage.admin.accessToken}`, 403, 'FORBIDDEN'],
      [`Bearer ${reader.token}`, 403, 'FORBIDDEN'],
    ];
    for (const [authorization, status, code] of calls) {
      const answer = await stage.call('/x', { headers: { authorization } });
      expect([authorization, answer.status, answer.json.error.code]).toEqual([authorization, status, code]);
    }
    expect(stage.provider.requests).toHaveLength(0);
  });

  it('nobody with the token of another organisation, or one that is narrowed to others', async () => {
    const stranger = await stage.testApp.account();
    const tokens = [
      await makeToken(stage.testApp, stranger),
      await makeToken(stage.testApp, stage.admin, { integration_type_ids: ['github'] }),
      await makeToken(stage.testApp, stage.admin, {
        integration_ids: [await stage.integrate(stage.provider.url)],
      }),
    ];
    for (const { token } of tokens) {
      const path = `/${crypto.randomUUID()}`;
      const { status, json } = await stage.call(path, { token });
      expect([status, json.error.code]).toEqual([404, 'NOT_FOUND']);
    }
    expect(stage.provider.requests).toHaveLength(0);
    const rows = await stage.testApp.sql(`${DENIED} AND resource_id = $1 AND metadata ? 'route'`, [stage.id]);
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatchObject({ actor_type: 'service_token', outcome: 'blocked' });
  });

  it.each(['not-a-uuid', '00000000-0000-4000-8000-000000000000', '%2e%2e'])(
    'finds no integration %s',
    async (id) => {
      const { status, json } = await stage.call('/x', { id });
      expect([status, json.error.code]).toEqual([404, 'NOT_FOUND']);
    },
  );

  it('nobody while the integration is disabled, or must be authorised again', async () => {
    const id = await stage.integrate(stage.provider.url);
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/disable`).expect(200);
    const disabled = await stage.call('/x', { id });
    expect([disabled.status, disabled.json.error]).toEqual([
      409,
      expect.objectContaining({ code: 'CONFLICT', message: expect.stringContaining('disabled') }),
    ]);
    await stage.testApp.sql("UPDATE integrations SET status = 'needs_reauth' WHERE id = $1", [id]);
    // Nothing tells of a change that was made by hand.
    stage.testApp.app.get(LiveConnections).forget(stage.admin.organizationId, id);
    const stale = await stage.call('/x', { id });
    expect([stale.status, stale.json.error.code]).toEqual([409, 'REAUTHORIZATION_REQUIRED']);
    expect(stage.provider.requests).toHaveLength(0);
  });
});

describe('an address of the caller’s choice', () => {
  it.each([
    '//evil.example/x',
    '/http://evil.example/x',
    '/..',
    '/../admin',
    '/a/../../admin',
    '/%2e%2e/admin',
    '/%2E%2E%2Fadmin',
    '/%252e%252e%252fadmin',
    '/a%2f..%2f..%2fadmin',
    '/..%5c..%5cadmin',
    '/..;/admin',
    '/a\\..\\b',
    '/a%00b',
    '/a%0d%0aX-Injected:%201',
    '/a%zz',
    '/%c0%ae%c0%ae/admin',
    '/a#fragment',
  ])('is refused with an explanation: %s', async (path) => {
    const { status, json } = await stage.call(path);
    expect([status, json.error]).toEqual([
      400,
      { code: 'VALIDATION_FAILED', message: expect.stringMatching(/\.$/), request_id: expect.any(String) },
    ]);
    expect(stage.provider.requests).toHaveLength(0);
  });

  it.each([
    'http://evil.example/api/v1/integrations/{id}/proxy/x',
    'http://user:pass@evil.example/api/v1/integrations/{id}/proxy/x',
    'https://169.254.169.254/api/v1/integrations/{id}/proxy/x',
    '/api/v1/integrations/{id}/pr%6Fxy/x',
    '/api/v1/integrations/{id}/proxy/x#y',
  ])('is refused in the request line: %s', async (target) => {
    const answer = await stage.exchange(
      `GET ${target.replace('{id}', stage.id)} HTTP/1.1\r\nHost: evil.example\r\n` +
        `Authorization: Bearer ${stage.token.token}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toContain('VALIDATION_FAILED');
    expect(stage.provider.requests).toHaveLength(0);
  });

  it('is not reached with CONNECT or TRACE', async () => {
    const trace = await stage.call('/x', { method: 'TRACE' });
    expect([trace.status, trace.json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    await stage.exchange(
      `CONNECT evil.example:443 HTTP/1.1\r\nAuthorization: Bearer ${stage.token.token}\r\n\r\n`,
    );
    expect(stage.provider.requests).toHaveLength(0);
  });

  it.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 2\r\n'],
    ['a length and chunks', 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n'],
    ['a length that is none', 'Content-Length: +4\r\n'],
    ['chunks that are none', 'Transfer-Encoding: chunked, identity\r\n'],
  ])('cannot be smuggled in with %s', async (_what, headers) => {
    const answer = await stage.exchange(
      `POST /api/v1/integrations/${stage.id}/proxy/x HTTP/1.1\r\nHost: x\r\n${headers}` +
        `Authorization: Bearer ${stage.token.token}\r\n\r\n0\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(stage.provider.requests).toHaveLength(0);
  });
});

describe('an integration aimed at the inside', () => {
  const guardedCall = async (id: string) => {
    const response = await fetch(
      `http://127.0.0.1:${portOf(guarded)}/api/v1/integrations/${id}/proxy/latest/meta-data`,
      {
        headers: { authorization: `Bearer ${stage.token.token}` },
      },
    );
    return {
      status: response.status,
      error: ((await response.json()) as { error: Record<string, unknown> }).error,
    };
  };

  it.each([
    'http://169.254.169.254',
    'http://2852039166',
    'http://0xa9fea9fe',
    'http://0251.0376.0251.0376',
    'http://[::ffff:169.254.169.254]',
    'http://[::ffff:a9fe:a9fe]',
    'http://[64:ff9b::a9fe:a9fe]',
    'http://[2002:a9fe:a9fe::1]',
    'http://[fd00:ec2::254]',
    'http://[fe80::1]',
    'http://100.100.100.200',
    'http://127.0.0.1:1',
    'http://[::1]:1',
    'http://localhost:1',
    'http://0.0.0.0:1',
  ])('is stopped at the connection: %s', async (address) => {
    const { status, error } = await guardedCall(await stage.integrate(address));
    expect([status, error]).toEqual([
      422,
      expect.objectContaining({
        code: 'EGRESS_BLOCKED',
        details: expect.objectContaining({ kind: 'blocked' }),
      }),
    ]);
    expect(String(error.message)).not.toContain(SECRET);
  });
});

describe('what cannot be called', () => {
  it('is a type without HTTP', async () => {
    const id = await stage.add({
      integration_type_id: 'postgres',
      config: {},
      credentials: {
        credential_type: 'connection_string',
        connection_string: `postgres://x:${SECRET}@db.example.com/x`,
      },
    });
    const { status, json } = await stage.call('/x', { id });
    expect([status, json.error.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(json.error.message).toContain('not called over HTTP');
  });

  it('is a provider that is not there, and the answer says why', async () => {
    const silent = await stage.servers.tcp((socket) => socket.destroy());
    const id = await stage.integrate(`http://127.0.0.1:${silent}`);
    const { status, json } = await stage.call('/x', { id });
    expect([status, json.error]).toEqual([
      502,
      expect.objectContaining({
        code: 'UPSTREAM_ERROR',
        details: {
          kind: 'refused',
          reason: expect.stringContaining('closed the connection'),
          hint: expect.any(String),
        },
      }),
    ]);
    expect(await stage.usage(id)).toMatchObject({ calls: 1, errors: 1 });
  });

  it('is an address that does not exist', async () => {
    const id = await stage.integrate('https://nowhere.invalid');
    const { status, json } = await stage.call('/x', { id });
    expect([status, json.error.code, json.error.details.kind]).toEqual([502, 'UPSTREAM_ERROR', 'dns']);
  });
});
