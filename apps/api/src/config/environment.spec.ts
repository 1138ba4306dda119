import { describe, expect, it } from '@jest/globals';
import { loadEnvironment } from './environment.js';
import { EnvironmentError } from './variables.js';

const SECRET = 'pa55-w0rd-that-stays-here-0123456789abcdef0123456789abcdef';

function refusal(source: NodeJS.ProcessEnv): string {
  try {
    loadEnvironment(source);
  } catch (error) {
    expect(error).toBeInstanceOf(EnvironmentError);
    return (error as Error).message;
  }
  throw new Error('the variables were taken');
}

describe('without any variable', () => {
  it('everything has a value to begin with', () => {
    expect(loadEnvironment({})).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      publicUrl: new URL('http://localhost:3000'),
      databaseUrl: undefined,
      role: 'all',
      runsJobs: true,
      keyStore: 'file',
      nextRootKey: undefined,
      keyStoreBootWait: 30,
      keyCacheGrace: 3600,
      registration: 'open',
      healthCheckInterval: 300,
      healthCheckConcurrency: 50,
      retentionDays: 90,
      accessTokenTtl: 3600,
      trustedProxies: [],
      forceHttps: false,
      servedOverTls: false,
      egressDeny: [],
      egressHostMap: '',
      notices: [],
    });
  });

  it('empty and blank ones count as left out', () => {
    expect(loadEnvironment({ PORT: '', HOST: '  ', FORCE_HTTPS: '' })).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      forceHttps: false,
    });
  });
});

describe('a wrong variable', () => {
  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PUBLIC_URL', 'latchkey.example.com'],
    ['PUBLIC_URL', 'ftp://latchkey.example.com'],
    ['LATCHKEY_ROLE', 'ALL'],
    ['KEY_STORE', 'memory'],
    ['KEY_STORE_NEXT', 'kms'],
    ['KEY_CACHE_GRACE', '-1'],
    ['KEY_STORE_BOOT_WAIT', '601'],
    ['VAULT_ADDR', 'vault.internal:8200'],
    ['AWS_KMS_ENDPOINT', 'kms'],
    ['REGISTRATION', 'yes'],
    ['HEALTH_CHECK_INTERVAL', '4'],
    ['HEALTH_CHECK_INTERVAL', '5m'],
    ['HEALTH_CHECK_CONCURRENCY', '0'],
    ['METRICS_RETENTION_DAYS', '0'],
    ['ACCESS_TOKEN_TTL', '59'],
    ['REFRESH_TOKEN_TTL', '1'],
    ['FORCE_HTTPS', 'yes'],
    ['FORCE_HTTPS', '1'],
  ])('is named with what it got and what it wants: %s=%s', (name, value) => {
    expect(refusal({ [name]: value })).toMatch(
      new RegExp(`^${name}: got "${value.replace('.', '\\.')}", wants .+\\.$`),
    );
  });

  it.each([
    ['DATABASE_URL', `mysql://u:${SECRET}@db/x`],
    ['DATABASE_APP_URL', `u:${SECRET}@db`],
    ['DATABASE_SYSTEM_URL', SECRET],
    ['SMTP_URL', `http://u:${SECRET}@mail`],
  ])('that may hold a secret is named and not shown: %s', (name, value) => {
    const message = refusal({ [name]: value });
    expect(message).toContain(`${name}: got a value that does not fit (not shown), wants a URL`);
    expect(message).not.toContain(SECRET);
  });

  it('is named together with all others', () => {
    const lines = refusal({ PORT: 'x', FORCE_HTTPS: 'x', REGISTRATION: 'x', HOST: 'fine' }).split('\n');
    expect(lines.map((line) => line.split(':')[0])).toEqual(['PORT', 'REGISTRATION', 'FORCE_HTTPS']);
  });
});

describe('a variable of the seeds', () => {
  it.each([
    ['ENCRYPTION_KEY', 'ENCRYPTION_MASTER_KEY', 'masterKey'],
    ['MASTER_KEY', 'ENCRYPTION_MASTER_KEY', 'masterKey'],
    ['TOKEN_ENCRYPTION_KEY', 'ENCRYPTION_MASTER_KEY', 'masterKey'],
    ['JWT_SECRET_KEY', 'JWT_SECRET', 'jwtSecret'],
  ] as const)('%s is taken for %s, and said so without its value', (alias, name, property) => {
    const environment = loadEnvironment({ [alias]: SECRET });
    expect(environment[property]).toBe(SECRET);
    expect(environment.notices).toEqual([`${alias} is taken for ${name}; prefer the name ${name}.`]);
  });

  it('gives way to the name it stands for', () => {
    const environment = loadEnvironment({ JWT_SECRET: 'right'.repeat(8), JWT_SECRET_KEY: 'wrong' });
    expect(environment).toMatchObject({ jwtSecret: 'right'.repeat(8), notices: [] });
  });
});

describe('what follows from others', () => {
  it('is the key store, from a key that is given', () => {
    expect(loadEnvironment({ ENCRYPTION_MASTER_KEY: 'x' }).keyStore).toBe('env');
    expect(loadEnvironment({ ENCRYPTION_PASSPHRASE: 'x' }).keyStore).toBe('env');
    expect(loadEnvironment({ ENCRYPTION_PASSPHRASE: 'x', KEY_STORE: 'file' }).keyStore).toBe('file');
  });

  it('is the next key store, from a key that is to follow', () => {
    const kindOf = (source: NodeJS.ProcessEnv) => loadEnvironment(source).nextRootKey?.kind;

    expect(kindOf({ ENCRYPTION_MASTER_KEY_NEXT: 'x' })).toBe('env');
    expect(kindOf({ ENCRYPTION_PASSPHRASE_NEXT: 'x' })).toBe('env');
    expect(kindOf({ AWS_KMS_KEY_ID_NEXT: 'x' })).toBe('aws-kms');
    expect(kindOf({ VAULT_TRANSIT_KEY_NEXT: 'x' })).toBe('vault-transit');
    expect(kindOf({ KEY_STORE_NEXT: 'file', ENCRYPTION_MASTER_KEY_NEXT: 'x' })).toBe('file');
    expect(kindOf({ AWS_KMS_KEY_ID: 'x', VAULT_TRANSIT_KEY: 'y' })).toBeUndefined();
  });

  it('is the next key of a store, from its plain name only where the store is another one', () => {
    const next = (source: NodeJS.ProcessEnv) => loadEnvironment(source).nextRootKey!;
    const kms = { KEY_STORE_NEXT: 'aws-kms', AWS_KMS_KEY_ID: 'a' };

    expect(next({ ...kms, KEY_STORE: 'file' }).kms.keyId).toBe('a');
    expect(next({ ...kms, KEY_STORE: 'aws-kms' }).kms.keyId).toBeUndefined();
    expect(next({ ...kms, KEY_STORE: 'aws-kms', AWS_KMS_KEY_ID_NEXT: 'b' }).kms.keyId).toBe('b');
    const transit = { KEY_STORE_NEXT: 'vault-transit' };
    expect(next(transit).transit.key).toBe('latchkey');
    expect(next({ ...transit, KEY_STORE: 'vault-transit' }).transit.key).toBeUndefined();
    expect(loadEnvironment(kms).rootKey).toMatchObject({ kind: 'file', suffix: '' });
  });

  it('is the public address, from the port', () => {
    expect(loadEnvironment({ PORT: '8080' }).publicUrl.origin).toBe('http://localhost:8080');
    const environment = loadEnvironment({ PUBLIC_URL: 'https://latchkey.example.com/base' });
    expect(environment).toMatchObject({ servedOverTls: true });
    expect(environment.notices).toEqual([expect.stringContaining('works at https://latchkey.example.com.')]);
  });

  it('is what egress may reach: private networks beside the embedded database, nothing in production', () => {
    expect(loadEnvironment({}).egressAllow).toContain('10.0.0.0/8');
    expect(loadEnvironment({}).egressAllow.join()).not.toMatch(/169\.254|127\./);
    expect(loadEnvironment({ DATABASE_URL: 'postgres://u:p@db/x' }).egressAllow).toEqual([]);
    expect(loadEnvironment({ EGRESS_ALLOW: ' 10.1.0.0/16 , ,192.168.1.7 ' }).egressAllow).toEqual([
      '10.1.0.0/16',
      '192.168.1.7',
    ]);
  });

  it('is whether jobs run here', () => {
    expect(loadEnvironment({ LATCHKEY_ROLE: 'api' }).runsJobs).toBe(false);
    expect(loadEnvironment({ LATCHKEY_ROLE: 'worker' }).runsJobs).toBe(true);
  });
});

describe('a value that would only be found wrong later', () => {
  it.each([
    ['EGRESS_ALLOW', 'foo'],
    ['EGRESS_DENY', '10.0.0.0/99'],
    ['TRUSTED_PROXIES', 'nowhere'],
  ])('is refused at once: %s', (name, value) => {
    expect(() => loadEnvironment({ [name]: value })).toThrow(`${name}: got "${value}", wants networks`);
  });

  it('is refused without being shown when it is a secret', () => {
    expect(() => loadEnvironment({ JWT_SECRET: 'short' })).toThrow(/^JWT_SECRET: got a value .* 32 bytes\.$/);
  });
});

describe('OAuth clients for the whole installation', () => {
  const clientsOf = (source: NodeJS.ProcessEnv) => Object.fromEntries(loadEnvironment(source).oauthClients);

  it('are read by the name of their type, with or without a secret', () => {
    expect(
      clientsOf({
        GITHUB_OAUTH_CLIENT_ID: 'Iv1.abc',
        GITHUB_OAUTH_CLIENT_SECRET: SECRET,
        GOOGLE_CLOUD_OAUTH_CLIENT_ID: ' public ',
        NETLIFY_OAUTH_CLIENT_ID: '',
        NETLIFY_OAUTH_CLIENT_SECRET: '  ',
        github_oauth_client_id: 'not this',
      }),
    ).toEqual({ github: { id: 'Iv1.abc', secret: SECRET }, google_cloud: { id: 'public' } });
  });

  it('have the names of the seeds too, which is said', () => {
    const source = { SLACK_CLIENT_ID: 'old', SLACK_CLIENT_SECRET: SECRET, SUPABASE_CLIENT_ID: 'id' };
    const { oauthClients, notices } = loadEnvironment(source);

    expect(Object.fromEntries(oauthClients)).toEqual({
      slack: { id: 'old', secret: SECRET },
      supabase: { id: 'id' },
    });
    expect(notices).toEqual([
      'SLACK_CLIENT_ID is taken for SLACK_OAUTH_CLIENT_ID; prefer the name SLACK_OAUTH_CLIENT_ID.',
      'SLACK_CLIENT_SECRET is taken for SLACK_OAUTH_CLIENT_SECRET; prefer the name SLACK_OAUTH_CLIENT_SECRET.',
      'SUPABASE_CLIENT_ID is taken for SUPABASE_OAUTH_CLIENT_ID; prefer the name SUPABASE_OAUTH_CLIENT_ID.',
    ]);
    expect(clientsOf({ ...source, SLACK_OAUTH_CLIENT_ID: 'new' }).slack).toEqual({
      id: 'new',
      secret: SECRET,
    });
  });

  it('are refused as a secret without its ID, which is not shown', () => {
    const message = refusal({ VERCEL_OAUTH_CLIENT_SECRET: SECRET });

    expect(message).toContain('VERCEL_OAUTH_CLIENT_ID');
    expect(message).not.toContain(SECRET);
  });

  it.each([
    ['http://latchkey.internal:3000', 1],
    ['http://192.168.1.7', 1],
    ['https://latchkey.example.com', 0],
    ['http://localhost:3000', 0],
    ['http://127.0.0.1:3000', 0],
    ['http://[::1]:3000', 0],
  ])('%s as PUBLIC_URL is worth a notice or not', (PUBLIC_URL, count) => {
    expect(loadEnvironment({ PUBLIC_URL, GITHUB_OAUTH_CLIENT_ID: 'x' }).notices).toHaveLength(count);
    expect(loadEnvironment({ PUBLIC_URL }).notices).toEqual([]);
  });
});
