import { describe, expect, it } from '@jest/globals';
import { curlProxy, defaultsOf, EXPORT_TOKEN, fillPath, sdk } from './snippets';

const target = { origin: 'https://latchkey.example', integrationId: '01a1' };

describe('texts to paste', () => {
  it('name the variable and no token', () => {
    expect(curlProxy(target, '/user')).toBe(
      'curl -sS -H "Authorization: Bearer $LATCHKEY_TOKEN" \\\n' +
        "  'https://latchkey.example/api/v1/integrations/01a1/proxy/user'",
    );
    expect(EXPORT_TOKEN).toBe('read -rs LATCHKEY_TOKEN && export LATCHKEY_TOKEN');
  });

  it('keep an apostrophe inside the quotes of the shell and of JavaScript', () => {
    expect(curlProxy(target, "/it's")).toContain(`proxy/it'\\''s'`);
    expect(sdk(target, { path: "/it's" })).toContain(`latchkey.fetch('01a1', '/it\\'s')`);
  });

  it('show only the calls that were asked for', () => {
    expect(sdk(target, { path: '/user' })).not.toContain('getCredential');
    expect(sdk(target, { credential: true })).not.toContain('.fetch(');
  });
});

describe('the path to try', () => {
  it.each([
    ['/user', {}, {}, '/user'],
    ['{config.test_path}', { test_path: '/me?full=1' }, {}, '/me?full=1'],
    ['{config.test_path}', {}, { test_path: '/' }, '/'],
    ['/api/applications?namespace={config.namespace?}', {}, {}, '/api/applications'],
    [
      '/api/applications?namespace={config.namespace?}',
      { namespace: 'a b' },
      {},
      '/api/applications?namespace=a%20b',
    ],
    ['/of/{config.team}/x?a=1&b={config.b?}', { team: 'north' }, {}, '/of/north/x?a=1'],
  ])('%s with %j and %j is %s', (template, config, defaults, path) => {
    expect(fillPath(template, config, defaults)).toBe(path);
  });

  it('knows the defaults of a schema', () => {
    expect(defaultsOf({ properties: { port: { default: 22 }, host: {} } })).toEqual({ port: 22 });
  });
});
