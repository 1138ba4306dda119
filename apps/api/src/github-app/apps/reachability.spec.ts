import { expect, it } from '@jest/globals';
import { appManifest } from './manifest-page.js';
import { canReachUs } from './reachability.js';

it.each([
  ['https://github.com', 'https://latchkey.example.com', '', true],
  ['https://github.com', 'http://localhost:3000', '', false],
  ['https://github.com', 'http://127.0.0.1:3000', '', false],
  ['https://github.com', 'http://[::1]:3000', '', false],
  ['https://github.com', 'https://10.1.2.3', '', false],
  ['https://github.com', 'https://latchkey', '', false],
  ['https://github.com', 'https://latchkey.corp.internal', '', false],
  ['https://github.com', 'https://203.0.114.7', '', true],
  // Not the public one.
  ['http://localhost:4000', 'http://localhost:3000', '', true],
  ['https://github.corp.internal', 'https://latchkey.corp.internal', '', true],
  ['https://github.com', 'http://localhost:3000', 'api.github.com=http://127.0.0.1:4000', true],
  ['https://github.com', 'http://localhost:3000', 'api.slack.com=http://127.0.0.1:4000', false],
])('%s can reach %s (mapped: %j): %s', (web, ours, hostMap, expected) => {
  expect(canReachUs(web, new URL(ours), hostMap)).toBe(expected);
});

it('a manifest names no webhook that GitHub could not reach, since it would be refused as a whole', () => {
  const planned = {
    organizationId: '01a1f946-3483-73a1-b9b9-e33fde8fcffd',
    ref: 'r',
    name: 'Latchkey',
    reachable: false,
  };
  const manifest = appManifest(new URL('http://localhost:3000'), planned);
  expect(manifest).not.toHaveProperty('hook_attributes');
  expect(manifest).not.toHaveProperty('default_events');
  expect(manifest).toMatchObject({ url: 'http://localhost:3000', setup_on_update: true });
});
