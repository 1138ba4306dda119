import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { echoed, EgressBench, NOTHING_OPEN } from '../../test/support/egress-bench.js';
import { EgressError } from './egress.error.js';
import { egressFetch } from './egress-fetch.js';

let bench: EgressBench;

beforeEach(() => {
  bench = new EgressBench();
});

afterEach(() => bench.close());

const sent = async (answer: Response) => echoed(Buffer.from(await answer.arrayBuffer()));

describe('fetch through egress', () => {
  it('sends method, headers and a text, and leaves what frames the call to egress', async () => {
    const url = await bench.echo();
    const answer = await egressFetch(bench.client())(`${url}/a?b=c`, {
      method: 'POST',
      headers: new Headers({ 'X-One': '1', 'Content-Length': '99', Host: 'evil.example.com' }),
      body: 'héllo',
    });

    expect([answer.status, answer.ok, answer.url]).toEqual([200, true, `${url}/a?b=c`]);
    const seen = await sent(answer);
    expect(seen).toMatchObject({ method: 'POST', url: '/a?b=c', body: 'héllo' });
    expect(seen.headers).toMatchObject({ 'x-one': '1', 'content-length': '6', host: new URL(url).host });
  });

  it('sends a form as a form, and bytes as they are', async () => {
    const url = await bench.echo();
    const call = egressFetch(bench.client());
    const form = await sent(await call(url, { method: 'POST', body: new URLSearchParams({ a: 'ä b' }) }));
    expect([form.headers['content-type'], form.body]).toEqual([
      'application/x-www-form-urlencoded;charset=UTF-8',
      'a=%C3%A4+b',
    ]);
    const bytes = new Uint8Array([0x61, 0x62, 0x63, 0x64]).subarray(1, 3);
    expect((await sent(await call(url, { method: 'PUT', body: bytes }))).body).toBe('bc');
  });

  it('hands back what has no body, and a redirect as it came', async () => {
    const url = await bench.servers.http((request, response) => {
      if (request.url === '/none') response.writeHead(204).end();
      else response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end('moved');
    });
    const call = egressFetch(bench.client());
    const none = await call(`${url}/none`);
    expect([none.status, await none.text()]).toEqual([204, '']);
    const moved = await call(`${url}/moved`);
    expect([moved.status, moved.headers.get('location'), await moved.text()]).toEqual([
      302,
      'http://127.0.0.1:1/',
      'moved',
    ]);
  });

  it('goes nowhere that egress does not go', async () => {
    const url = await bench.echo();
    await expect(egressFetch(bench.client({ addresses: NOTHING_OPEN }))(url)).rejects.toMatchObject({
      kind: 'blocked',
    });
  });

  it('ends with the signal of the call, and with that of its maker', async () => {
    const url = await bench.servers.http(() => undefined);
    const aborted = AbortSignal.abort();
    const none = new AbortController().signal;
    await expect(egressFetch(bench.client(), { signal: none })(url, { signal: aborted })).rejects.toThrow(
      EgressError,
    );
    await expect(egressFetch(bench.client(), { signal: aborted })(url, { signal: none })).rejects.toThrow(
      EgressError,
    );
  });

  it('refuses a body that is not whole', async () => {
    const url = await bench.echo();
    const call = egressFetch(bench.client());
    await expect(call(url, { method: 'POST', body: new FormData() })).rejects.toMatchObject({
      kind: 'config',
    });
  });
});
