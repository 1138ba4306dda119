import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { loadEnvironment } from './environment.js';
import { githubApiUrl } from './github-addresses.js';
import { EnvironmentError } from './variables.js';

const pemOf = (bits: number): string =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({
    type: 'pkcs1',
    format: 'pem',
  }) as string;
const pem = pemOf(2048);
const APP = { GITHUB_APP_ID: '4711', GITHUB_APP_SLUG: 'latchkey', GITHUB_APP_PRIVATE_KEY: pem };

function refusal(source: NodeJS.ProcessEnv): string {
  try {
    loadEnvironment(source);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
  throw new Error('the variables were taken');
}

describe('the GitHub App of the installation', () => {
  it('is none unless something of it is given', () => {
    expect(loadEnvironment({}).githubApp).toBeUndefined();
    expect(loadEnvironment({ GITHUB_APP_URL: 'https://ghe.example.com' }).githubApp).toBeUndefined();
  });

  it.each([
    ['as it is', pem],
    ['with \\n between its lines', pem.replaceAll('\n', '\\n')],
    ['in base64', Buffer.from(pem).toString('base64')],
  ])('has a key that is written %s', (_, key) => {
    expect(loadEnvironment({ ...APP, GITHUB_APP_PRIVATE_KEY: key }).githubApp?.privateKey.trim()).toBe(
      pem.trim(),
    );
  });

  it('lives on github.com unless another GitHub is named', () => {
    expect(loadEnvironment(APP).githubApp).toMatchObject({
      webUrl: 'https://github.com',
      apiUrl: 'https://api.github.com',
    });
    const { githubApp } = loadEnvironment({ ...APP, GITHUB_APP_URL: 'https://ghe.example.com/' });
    expect(githubApp).toMatchObject({
      webUrl: 'https://ghe.example.com',
      apiUrl: 'https://ghe.example.com/api/v3',
    });
  });

  it.each<[string, NodeJS.ProcessEnv]>([
    ['GITHUB_APP_ID', { ...APP, GITHUB_APP_ID: undefined }],
    ['GITHUB_APP_ID', { ...APP, GITHUB_APP_ID: 'latchkey' }],
    ['GITHUB_APP_SLUG', { ...APP, GITHUB_APP_SLUG: undefined }],
    ['GITHUB_APP_SLUG', { ...APP, GITHUB_APP_SLUG: 'https://github.com/apps/latchkey' }],
    ['GITHUB_APP_PRIVATE_KEY', { ...APP, GITHUB_APP_PRIVATE_KEY: undefined }],
    ['GITHUB_APP_PRIVATE_KEY', { ...APP, GITHUB_APP_PRIVATE_KEY: 'a-secret-that-is-no-key' }],
    ['GITHUB_APP_PRIVATE_KEY', { ...APP, GITHUB_APP_PRIVATE_KEY: pemOf(1024) }],
    ['GITHUB_APP_CLIENT_ID', { ...APP, GITHUB_APP_CLIENT_ID: 'Iv1' }],
    ['GITHUB_APP_CLIENT_ID', { ...APP, GITHUB_APP_CLIENT_SECRET: 'a-secret-that-is-no-key' }],
    ['GITHUB_APP_URL', { ...APP, GITHUB_APP_URL: 'https://ghe.example.com/api/v3' }],
  ])('stops the start when %s is wrong, and shows no secret', (name, source) => {
    const message = refusal(source);
    expect(message).toMatch(new RegExp(`^${name}: got .+, wants .+\\.$`));
    expect(message).not.toMatch(/a-secret-that-is-no-key|BEGIN/);
  });
});

it.each([
  ['https://github.com', 'https://api.github.com'],
  ['https://octocorp.ghe.com', 'https://api.octocorp.ghe.com'],
  ['https://github.example.com', 'https://github.example.com/api/v3'],
  ['http://localhost:4000', 'http://localhost:4000/api/v3'],
])('the API of %s is at %s', (web, expected) => {
  expect(githubApiUrl(web)).toBe(expected);
});
