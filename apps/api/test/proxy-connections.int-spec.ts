import { createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { portOf, ProxyStage } from './support/proxy-stage.js';

const ANSWER = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}';

let stage: ProxyStage;

beforeAll(async () => {
  stage = await ProxyStage.start();
});

afterAll(() => stage.close());

/** Answers one request on each connection and hangs up on the next, as a server does whose idle time has just run out. */
async function hangingUp(): Promise<{ server: Server; url: string; seen: string[] }> {
  const seen: string[] = [];
  const server = createServer((socket: Socket) => {
    let answered = false;
    socket
      .on('error', () => undefined)
      .on('data', (data) => {
        if (!/^[A-Z]+ /.test(data.toString())) return;
        seen.push(data.toString().split('\r\n')[0]!);
        if (answered) return socket.destroy();
        answered = true;
        socket.write(ANSWER);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return { server, url: `http://127.0.0.1:${port}`, seen };
}

describe('a provider that hangs up on an idle connection just as it is used again', () => {
  it('is called once more, on another connection, where the call can be repeated', async () => {
    const { server, url, seen } = await hangingUp();
    const id = await stage.integrate(url);
    const statuses = [];
    for (const method of ['GET', 'GET', 'PUT', 'DELETE'])
      statuses.push(
        (await stage.call('/x', { id, method, ...(method === 'PUT' ? { body: 'a' } : {}) })).status,
      );

    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(seen).toEqual([
      'GET /x HTTP/1.1',
      'GET /x HTTP/1.1',
      'GET /x HTTP/1.1',
      'PUT /x HTTP/1.1',
      'PUT /x HTTP/1.1',
      'DELETE /x HTTP/1.1',
      'DELETE /x HTTP/1.1',
    ]);
    server.close();
  });

  it('is not sent a POST twice, which may have been carried out', async () => {
    const { server, url, seen } = await hangingUp();
    const id = await stage.integrate(url);
    expect((await stage.call('/x', { id })).status).toBe(200);
    const posted = await stage.call('/x', { id, method: 'POST', body: '{}' });

    expect([posted.status, posted.json.error.code]).toEqual([502, 'UPSTREAM_ERROR']);
    expect(seen).toEqual(['GET /x HTTP/1.1', 'POST /x HTTP/1.1']);
    server.close();
  });
});

describe('what a caller’s library says of itself', () => {
  it('does not travel on, and asking for anything leaves the type’s own Accept', async () => {
    stage.provider.answers({ '*': { json: { ok: true } } });
    const response = await fetch(
      `http://127.0.0.1:${portOf(stage.testApp.app)}/api/v1/integrations/${stage.id}/proxy/x`,
      { headers: { authorization: `Bearer ${stage.token.token}` } },
    );
    expect(response.status).toBe(200);
    const [received] = stage.provider.requests;
    expect(Object.keys(received!.headers).filter((name) => name.startsWith('sec-'))).toEqual([]);
  });
});

describe('addresses in a Link header', () => {
  it('lead back through the proxy below the base, so that pages can be followed', async () => {
    const link = `<${stage.provider.url}/base/items?page=2>; rel="next", </base/items?page=9>; rel="last", <https://elsewhere.example/x>; rel="help"`;
    stage.provider.answers({ '*': { headers: { link }, json: [] } });
    const { headers } = await stage.call('/items');
    const own = `/api/v1/integrations/${stage.id}/proxy/items`;

    expect(headers.link).toBe(
      `<${own}?page=2>; rel="next", <${own}?page=9>; rel="last", <https://elsewhere.example/x>; rel="help"`,
    );
  });
});

describe('a WebSocket', () => {
  it('is refused with what to do instead, and nothing is called', async () => {
    stage.provider.answers({ '*': { json: {} } });
    const answer = await stage.call('/x', {
      headers: { connection: 'keep-alive, Upgrade', upgrade: 'websocket' },
    });
    expect([answer.status, answer.json.error.message]).toEqual([
      400,
      expect.stringContaining('WebSockets are not proxied'),
    ]);
    expect(stage.provider.requests).toHaveLength(0);
  });
});

describe('a program without a token', () => {
  it('is told to make one', async () => {
    const response = await fetch(
      `http://127.0.0.1:${portOf(stage.testApp.app)}/api/v1/integrations/${stage.id}/proxy/x`,
    );
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('Make a service token');
  });
});
