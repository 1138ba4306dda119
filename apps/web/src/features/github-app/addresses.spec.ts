import { describe, expect, it } from '@jest/globals';
import { hostOf, isLocalHost, safeUrl } from './addresses';

describe('an address that somebody typed', () => {
  it.each<[string, string | undefined]>([
    ['https://github.example.com', 'https://github.example.com'],
    [' github.example.com ', 'https://github.example.com'],
    ['github.example.com:8443/acme?x#y', 'https://github.example.com:8443'],
    ['http://10.0.0.5/', 'http://10.0.0.5'],
    ['https://somebody:secret@github.example.com/', 'https://github.example.com'],
    ['javascript://github.example.com/%0aalert(1)', undefined],
    ['ftp://github.example.com', undefined],
    ['', undefined],
    ['   ', undefined],
    ['git hub', undefined],
  ])('“%s” is %p', (typed, url) => {
    expect(safeUrl(typed)).toBe(url);
  });
});

describe('a host that nobody on the internet reaches', () => {
  it.each([
    'localhost',
    'latchkey.localhost',
    'LATCHKEY.LOCAL',
    'latchkey.internal',
    'latchkey',
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.1',
    '192.168.1.1',
    '169.254.1.1',
    '[::1]',
    '[fd12::1]',
    '[fe80::1]',
  ])('%s is one', (host) => {
    expect(isLocalHost(host)).toBe(true);
  });

  it.each([
    'latchkey.example.com',
    '172.32.0.1',
    '11.0.0.1',
    '203.0.113.9',
    '[2001:db8::1]',
    'localhost.example.com',
  ])('%s is none', (host) => {
    expect(isLocalHost(host)).toBe(false);
  });
});

describe('the host of an address', () => {
  it('is the address itself where there is none', () => {
    expect(hostOf('https://github.example.com:8443/x')).toBe('github.example.com:8443');
    expect(hostOf('nonsense')).toBe('nonsense');
  });
});
