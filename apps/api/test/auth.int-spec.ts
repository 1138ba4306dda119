import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from './support/test-app.js';

const PASSWORD = 'winter tram pencil 42';

let testApp: TestApp;

beforeAll(async () => {
  testApp = await TestApp.start();
});

afterAll(() => testApp.close());

const register = (body: object) => testApp.http.post('/api/v1/auth/register').send(body);

const form = (overrides: object = {}) => ({
  email: `ada-${crypto.randomUUID()}@example.com`,
  password: PASSWORD,
  full_name: 'Ada Lovelace',
  ...overrides,
});

const countOf = async (table: string): Promise<number> =>
  (await testApp.sql<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n;

describe('the first account', () => {
  it('administers the installation, and the second does not', async () => {
    const before = await testApp.http.get('/api/v1/installation').expect(200);
    expect(before.body.data.installation).toMatchObject({ initialized: false, key: { store: 'file' } });

    const first = await testApp.account();
    const second = await testApp.account();

    expect((await testApp.as(first).get('/auth/me')).body.data.user.is_super_admin).toBe(true);
    expect((await testApp.as(second).get('/auth/me')).body.data.user.is_super_admin).toBe(false);
    const after = await testApp.http.get('/api/v1/installation').expect(200);
    expect(after.body.data.installation).toMatchObject({ initialized: true, key: null });
  });

  it('is one of five that register at once', async () => {
    const empty = await TestApp.start();
    try {
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => empty.http.post('/api/v1/auth/register').send(form()).expect(201)),
      );
      const admins = answers.filter(({ body }) => body.data.user.is_super_admin);
      expect(admins).toHaveLength(1);
      const stored = await empty.sql('SELECT id FROM users WHERE is_super_admin');
      expect(stored).toEqual([{ id: admins[0]!.body.data.user.id }]);
    } finally {
      await empty.close();
    }
  });
});

describe('registering', () => {
  it('answers the person, their organisation and tokens that work', async () => {
    const { body } = await register(form({ organization_name: 'Müller & Söhne GmbH' })).expect(201);

    expect(body.data.user).toMatchObject({
      full_name: 'Ada Lovelace',
      role: 'org_admin',
      organization: { name: 'Müller & Söhne GmbH', slug: 'muller-sohne-gmbh' },
    });
    expect(body.data.tokens).toEqual({
      access_token: expect.any(String),
      refresh_token: expect.stringMatching(/^lkr_[\w-]{43}$/),
      expires_in: 3600,
    });
    const me = await testApp.as({ accessToken: body.data.tokens.access_token }).get('/auth/me').expect(200);
    expect(me.body.data.user).toEqual(body.data.user);
  });

  it('makes no organisation and gives no role when none is named', async () => {
    const { body } = await register(form()).expect(201);

    expect(body.data.user).toMatchObject({
      role: null,
      organization: null,
      organizations: [],
      permissions: [],
    });
  });

  it.each([
    ['email', 'that is missing', undefined],
    ['email', 'without a domain', 'ada@'],
    ['email', 'of 262 characters', `${'a'.repeat(250)}@example.com`],
    ['email', 'that is a number', 42],
    ['email', 'that is null', null],
    ['email', 'in a list', ['ada@example.com']],
    ['password', 'that is missing', undefined],
    ['password', 'that is a number', 123456789012],
    ['password', 'of 11 bytes', 'elf chars 1'],
    ['password', 'of 73 bytes', `${'é'.repeat(30)} tram wolf 12`],
    ['password', 'of 1001 characters', 'x'.repeat(1001)],
    ['password', 'that is common', 'password1234'],
    ['password', 'along the keyboard', 'qwertyuiop12'],
    ['full_name', 'that is missing', undefined],
    ['full_name', 'that is empty', ''],
    ['full_name', 'that is blank', '   '],
    ['full_name', 'of 256 characters', 'a'.repeat(256)],
    ['full_name', 'with a NUL', 'a\0b'],
    ['full_name', 'that is an object', { first: 'Ada' }],
    ['organization_name', 'that is empty', ''],
    ['organization_name', 'that is null', null],
    ['organization_name', 'that is a number', 7],
    ['organization_name', 'of 256 characters', 'a'.repeat(256)],
    ['is_super_admin', 'that nobody may send', true],
    ['role', 'that nobody may send', 'org_admin'],
  ])('refuses a field %s %s, names it and makes nothing', async (field, _, value) => {
    const before = await countOf('users');
    const { body } = await register(form({ [field]: value })).expect(400);

    expect(body).toMatchObject({ success: false, error: { code: 'VALIDATION_FAILED' } });
    expect(Object.keys(body.error.details)).toEqual([field]);
    expect(await countOf('users')).toBe(before);
  });

  it('takes passwords of 12 and of 72 bytes, measured in bytes', async () => {
    await register(form({ password: 'kelp 9 vroom' })).expect(201);
    const longest = 'é'.repeat(30) + ' tram wolf 1';
    expect(Buffer.byteLength(longest)).toBe(72);
    const { body } = await register(form({ password: longest })).expect(201);
    await testApp.http
      .post('/api/v1/auth/login')
      .send({ email: body.data.user.email, password: longest })
      .expect(200);
    await testApp.http
      .post('/api/v1/auth/login')
      .send({ email: body.data.user.email, password: `${longest}x` })
      .expect(401);
  });

  it('refuses a password made of the person’s own address', async () => {
    const { body } = await register(
      form({ email: 'catherine.hepburn@example.com', password: 'catherine.hepburn' }),
    ).expect(400);

    expect(body.error.details).toHaveProperty('password');
  });

  it('refuses an address that has an account in any case, and makes nothing', async () => {
    await register(form({ email: 'Grace@Example.com' })).expect(201);
    const [users, organizations] = [await countOf('users'), await countOf('organizations')];

    for (const email of ['Grace@Example.com', 'grace@example.com', 'GRACE@EXAMPLE.COM']) {
      const { body } = await register(form({ email, organization_name: 'Half made' })).expect(409);
      expect(body.error.code).toBe('CONFLICT');
    }

    expect([await countOf('users'), await countOf('organizations')]).toEqual([users, organizations]);
  });

  it('makes one account of two registrations of an address at once', async () => {
    const twice = form();
    const answers = await Promise.all([register(twice), register(twice)]);

    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
  });

  it('numbers slugs that are taken, at once too', async () => {
    const slugOf = async () =>
      (await register(form({ organization_name: 'Same Name' })).expect(201)).body.data.user.organization.slug;

    const slugs = [await slugOf(), ...(await Promise.all([slugOf(), slugOf(), slugOf()]))];

    expect(slugs.sort()).toEqual(['same-name', 'same-name-2', 'same-name-3', 'same-name-4']);
  });

  it('has a slug for a name without Latin letters', async () => {
    const { body } = await register(form({ organization_name: '日本' })).expect(201);

    expect(body.data.user.organization).toMatchObject({ name: '日本', slug: 'organization' });
  });
});

describe('the limit of registrations of an address', () => {
  it('is told in headers, and refuses the hundred and first', async () => {
    const { headers } = await register({}).expect(400);
    expect(headers['ratelimit-limit']).toBe('100');
    const left = Number(headers['ratelimit-remaining']);
    expect(left).toBeLessThan(100);
    expect(Number(headers['ratelimit-reset'])).toBeLessThanOrEqual(3600);
    expect(Number((await register({})).headers['ratelimit-remaining'])).toBe(left - 1);

    await testApp.sql("UPDATE rate_limits SET points = 99 WHERE key LIKE 'register:%'");
    expect((await register({}).expect(400)).headers['ratelimit-remaining']).toBe('0');
    const refused = await register(form()).expect(429);

    expect(refused.body.error).toMatchObject({
      code: 'RATE_LIMITED',
      details: { retry_after: Number(refused.headers['retry-after']) },
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await testApp.sql('DELETE FROM rate_limits');
  });
});

describe.each(['invite', 'closed'])('with REGISTRATION=%s', (registration) => {
  it('lets the first account in, even when several try at once, and nobody after it', async () => {
    const closed = await TestApp.start({ environment: { REGISTRATION: registration } });
    try {
      const attempt = () => closed.http.post('/api/v1/auth/register').send(form());
      const answers = await Promise.all([attempt(), attempt(), attempt()]);
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 403, 403]);

      const { body } = await attempt().expect(403);

      expect(body.error.code).toBe('FORBIDDEN');
      expect(await closed.sql('SELECT is_super_admin FROM users')).toEqual([{ is_super_admin: true }]);
      const { installation } = (await closed.http.get('/api/v1/installation').expect(200)).body.data;
      expect(installation.registration).toBe(registration);
    } finally {
      await closed.close();
    }
  });
});

describe('a field that is missing', () => {
  it('is said to be required, and not to be of the wrong kind', async () => {
    const { body } = await testApp.http.post('/api/v1/auth/login').send({ email: 7 }).expect(400);

    expect(body.error.details).toEqual({ email: ['must be a text'], password: ['is required'] });
  });
});
