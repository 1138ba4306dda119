import { describe, expect, it } from '@jest/globals';
import { HostMap } from './host-map.js';

const rewritten = (map: string, url: string) => {
  const result = new HostMap(map).rewrite(new URL(url));
  return { ...result, url: result.url.href };
};

describe('HostMap', () => {
  it('sends a call to the mapped address, prefix first, and keeps the host it was meant for', () => {
    expect(
      rewritten('api.github.com=http://127.0.0.1:9999/prefix', 'https://api.github.com/user?x=1'),
    ).toEqual({ url: 'http://127.0.0.1:9999/prefix/user?x=1', mapped: true, host: 'api.github.com' });
  });

  it.each([
    ['a final slash of the prefix', 'a.test=http://127.0.0.1/p/', 'https://a.test/q', 'http://127.0.0.1/p/q'],
    ['no prefix', 'a.test=http://127.0.0.1', 'https://a.test/q', 'http://127.0.0.1/q'],
    [
      'encoded paths',
      'a.test=http://127.0.0.1/p',
      'https://a.test/%2e%2fq%2F',
      'http://127.0.0.1/p/%2e%2fq%2F',
    ],
    [
      'a path that looks like a host',
      'a.test=http://127.0.0.1',
      'https://a.test//evil/x',
      'http://127.0.0.1//evil/x',
    ],
    ['another case and a final dot', 'A.Test=http://127.0.0.1', 'https://a.TEST./q', 'http://127.0.0.1/q'],
    [
      'any port without one in the entry',
      'a.test=http://127.0.0.1:1',
      'https://a.test:8443/',
      'http://127.0.0.1:1/',
    ],
    ['the default port', 'a.test:443=http://127.0.0.1:1', 'https://a.test/', 'http://127.0.0.1:1/'],
    ['IPv6', '[0:0::1]:80=http://127.0.0.1:1', 'http://[::1]/', 'http://127.0.0.1:1/'],
  ])('handles %s', (_what, map, url, expected) => {
    expect(rewritten(map, url)).toMatchObject({ url: expected, mapped: true });
  });

  it('prefers the entry with the port', () => {
    const map = 'a.test=http://127.0.0.1:1, a.test:8443=http://127.0.0.1:2';
    expect(rewritten(map, 'https://a.test:8443/')).toMatchObject({
      url: 'http://127.0.0.1:2/',
      host: 'a.test:8443',
    });
    expect(rewritten(map, 'https://a.test/')).toMatchObject({ url: 'http://127.0.0.1:1/' });
  });

  it('leaves other hosts, and does not change the URL it is given', () => {
    expect(rewritten('a.test=http://127.0.0.1', 'https://b.a.test/x')).toEqual({
      url: 'https://b.a.test/x',
      mapped: false,
      host: 'b.a.test',
    });
    expect(rewritten('a.test=tcp://127.0.0.1:1', 'https://a.test/x').mapped).toBe(false);
    expect(rewritten('', 'https://a.test/x').mapped).toBe(false);
    const given = new URL('https://a.test/x');
    new HostMap('a.test=http://127.0.0.1').rewrite(given);
    expect(given.href).toBe('https://a.test/x');
  });

  it('rewrites where raw sockets connect to', () => {
    const map = new HostMap(
      'db.internal:5432=tcp://127.0.0.1:5433,v6.internal=tcp://[::1],[::2]:25=tcp://localhost:2525',
    );
    expect(map.rewriteEndpoint('db.internal', 5432)).toEqual({ host: '127.0.0.1', port: 5433, mapped: true });
    expect(map.rewriteEndpoint('DB.internal.', 5432).mapped).toBe(true);
    expect(map.rewriteEndpoint('db.internal', 5431)).toEqual({
      host: 'db.internal',
      port: 5431,
      mapped: false,
    });
    expect(map.rewriteEndpoint('v6.internal', 7)).toEqual({ host: '::1', port: 7, mapped: true });
    expect(map.rewriteEndpoint('::2', 25)).toEqual({ host: 'localhost', port: 2525, mapped: true });
    expect(map.rewriteEndpoint('not a host', 25).mapped).toBe(false);
  });

  it('tells what it maps', () => {
    expect(new HostMap('a.test=http://127.0.0.1:1,b.test:5432=tcp://127.0.0.1:2').describe()).toEqual([
      'a.test → http://127.0.0.1:1/',
      'b.test:5432 → tcp://127.0.0.1:2',
    ]);
  });

  it.each([
    ['a.test', 'an entry without "="'],
    ['=http://127.0.0.1', 'an entry without a host'],
    ['a.test=127.0.0.1:80', '"a.test"'],
    ['a.test=ftp://127.0.0.1', '"a.test"'],
    ['a.test=http://user:hunter22@127.0.0.1', 'a user name or password in the URL for "a.test"'],
    ['a.test=http://127.0.0.1/?q=hunter22', 'a query'],
    ['a.test=tcp://127.0.0.1:1/path', 'a path'],
    ['a.test:0=http://127.0.0.1', '"a.test:0"'],
    ['a.test:99999=http://127.0.0.1', '"a.test:99999"'],
    ['http://a.test=http://127.0.0.1', '"http://a.test"'],
    ['a test=http://127.0.0.1', '"a test"'],
    ['a.test=http://127.0.0.1,A.TEST=http://127.0.0.2', '"A.TEST" twice'],
  ])('refuses %s', (map, message) => {
    expect(() => new HostMap(map)).toThrow(message);
    expect(() => new HostMap(map)).not.toThrow('hunter22');
  });
});
