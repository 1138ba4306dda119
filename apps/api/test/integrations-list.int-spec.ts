import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ArgoBench } from './support/argocd.js';
import type { Account } from './support/test-app.js';

const GENERIC = {
  integration_type_id: 'generic_http',
  config: { base_url: 'https://api.example.com' },
  credentials: { credential_type: 'api_token', token: 'x' },
};

let bench: ArgoBench;
let team: string;
let lead: Account;

/** Made one second after the other: a (active), b (error), c (disabled), d (pending), e (pending, of a team). */
const MADE: [string, object][] = [
  ['Zebra production', { description: 'the main one' }],
  ['apple', GENERIC],
  ['Éclair 2 staging', {}],
  ['Äpfel-Küche', { description: null, ...GENERIC }],
  ['Straße prod', {}],
];

beforeAll(async () => {
  bench = await ArgoBench.start();
  lead = await bench.testApp.member(bench.admin.organizationId, 'team_lead');
  team = await bench.team(bench.admin.organizationId, lead);
  const ids: string[] = [];
  for (const [name, overrides] of MADE) {
    ids.push((await bench.create(bench.admin, { name, description: null, ...overrides })).id);
    bench.testApp.clock.advance(1000);
  }
  const api = bench.testApp.as(bench.admin);
  await api.post(`/integrations/${ids[0]}/test`).expect(200);
  bench.testApp.clock.advance(1000);
  bench.failing();
  await api.post(`/integrations/${ids[1]}/test`).expect(422);
  await api.post(`/integrations/${ids[2]}/disable`).expect(200);
  await api.patch(`/integrations/${ids[4]}`, { team_ids: [team] }).expect(200);
});

afterAll(() => bench.close());

const list = (query: string, account: Account = bench.admin) =>
  bench.testApp.as(account).get(`/integrations?${query}`);

async function names(query: string, account?: Account): Promise<string[]> {
  const { body } = await list(query, account).expect(200);
  return body.data.integrations.map(({ name }: { name: string }) => name);
}

const ALL = MADE.map(([name]) => name);
const [zebra, apple, eclair, aepfel, strasse] = ALL as [string, string, string, string, string];

describe('a list', () => {
  it('has the newest first and says how many there are', async () => {
    const { body } = await list('').expect(200);
    expect(body.data.integrations.map(({ name }: { name: string }) => name)).toEqual([...ALL].reverse());
    expect(body.data.pagination).toEqual({ total: 5, page: 1, per_page: 20 });
  });

  it('holds no other organisation’s', async () => {
    expect(await names('', await bench.testApp.account())).toEqual([]);
  });

  it('comes in pages that do not overlap', async () => {
    const pages = await Promise.all([1, 2, 3, 4].map((page) => names(`page=${page}&per_page=2&sort=name`)));
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1, 0]);
    expect(pages.flat()).toEqual(await names('sort=name'));
    const { body } = await list('page=3&per_page=2').expect(200);
    expect(body.data.pagination).toEqual({ total: 5, page: 3, per_page: 2 });
  });

  it.each([
    ['created_at', ALL],
    ['-created_at', [...ALL].reverse()],
    ['name', [zebra, strasse, apple, aepfel, eclair].sort()],
    ['-name', [zebra, strasse, apple, aepfel, eclair].sort().reverse()],
  ])('is sorted by %s', async (sort, expected) => {
    expect(await names(`sort=${sort}`)).toEqual(expected);
  });

  it('is sorted by the last check, what was never checked before or after all', async () => {
    const oldest = await names('sort=last_checked_at');
    expect(oldest.slice(3)).toEqual([zebra, apple]);
    expect(new Set(oldest.slice(0, 3))).toEqual(new Set([eclair, aepfel, strasse]));
    expect(await names('sort=-last_checked_at')).toEqual([...oldest].reverse());
  });
});

describe('a filter', () => {
  it.each<[string, string[]]>([
    ['status=active', [zebra]],
    ['status=error', [apple]],
    ['status=disabled', [eclair]],
    ['status=pending', [strasse, aepfel]],
    ['status=needs_reauth', []],
    ['type=generic_http', [aepfel, apple]],
    ['type=argocd', [strasse, eclair, zebra]],
    ['type=nothing', []],
    ['category=ci_cd', [strasse, eclair, zebra]],
    ['category=other', [aepfel, apple]],
    ['category=nothing', []],
    ['category=ci_cd&type=generic_http', []],
    ['category=ci_cd&status=active&q=zeb', [zebra]],
    ['status=pending&type=generic_http', [aepfel]],
  ])('leaves what fits: %s', async (query, expected) => {
    expect(await names(query)).toEqual(expected);
    const { body } = await list(`${query}&per_page=1`).expect(200);
    expect(body.data.pagination.total).toBe(expected.length);
  });

  it('by team leaves the team’s', async () => {
    expect(await names(`team=${team}`)).toEqual([strasse]);
    expect(await names(`team=${team}`, lead)).toEqual([strasse]);
    expect(await names('team=019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99')).toEqual([]);
  });
});

describe('a search', () => {
  it.each<[string, string[]]>([
    ['zebra', [zebra]],
    ['ZEB', [zebra]],
    ['ebra', []],
    ['prod', [strasse, zebra]],
    ['prod zeb', [zebra]],
    ['zeb prod', [zebra]],
    ['zeb apple', []],
    ['apfel', [aepfel]],
    ['Äpfel', [aepfel]],
    ['A\u0308pfel', [aepfel]],
    ['ÄPFEL kuche', [aepfel]],
    ['äpfel-küche', [aepfel]],
    ['eclair', [eclair]],
    ['2', [eclair]],
    ['main one', [zebra]],
    ['argo', [strasse, eclair, zebra]],
    ['generic_http', [aepfel, apple]],
    ['stra', [strasse]],
    ['straße', [strasse]],
    ['%', []],
    ['_', []],
    ["'; DROP TABLE integrations --", []],
    ['x'.repeat(200), []],
  ])('finds the beginnings of words: %s', async (q, expected) => {
    expect(await names(`q=${encodeURIComponent(q)}`)).toEqual(expected);
  });

  it('follows a new name and a new description', async () => {
    const { id } = await bench.create(bench.admin, { name: 'Before', description: 'old words' });
    const api = bench.testApp.as(bench.admin);
    await api.patch(`/integrations/${id}`, { name: 'After' }).expect(200);
    expect(await names('q=before')).toEqual([]);
    expect(await names('q=after+words')).toEqual(['After']);
    await api.patch(`/integrations/${id}`, { description: null }).expect(200);
    expect(await names('q=words')).toEqual([]);
    await api.delete(`/integrations/${id}`).expect(200);
  });
});

describe('the order of a search', () => {
  it.each([
    ['sort=name', [strasse, eclair, zebra].sort()],
    ['sort=-name', [strasse, eclair, zebra].sort().reverse()],
    ['sort=created_at', [zebra, eclair, strasse]],
    ['sort=-created_at', [strasse, eclair, zebra]],
    ['sort=-last_checked_at&status=active', [zebra]],
    ['sort=name&type=argocd&status=disabled', [eclair]],
    ['sort=name&type=argocd&status=active', [zebra]],
  ])('is that of the list, of what words that begin alike found once each: %s', async (query, expected) => {
    expect(await names(`q=argo&${query}`)).toEqual(expected);
  });

  it('follows a new name at once', async () => {
    const { id } = await bench.create(bench.admin, { name: 'Aaa order', description: null });
    const other = await bench.create(bench.admin, { name: 'Mmm order', description: null });
    expect(await names('q=order&sort=name')).toEqual(['Aaa order', 'Mmm order']);
    const api = bench.testApp.as(bench.admin);
    await api.patch(`/integrations/${id}`, { name: 'Zzz order' }).expect(200);
    expect(await names('q=order&sort=name')).toEqual(['Mmm order', 'Zzz order']);
    expect(await names('q=order&sort=-name')).toEqual(['Zzz order', 'Mmm order']);
    for (const made of [id, other.id]) await api.delete(`/integrations/${made}`).expect(200);
  });

  it('is by name and by time for many words that begin alike', async () => {
    const made: string[] = [];
    for (const number of [3, 1, 7, 9, 2, 8, 4, 6, 5, 0]) {
      made.push(
        (await bench.create(bench.admin, { name: `w${number} batch w1${number}`, description: null })).id,
      );
      bench.testApp.clock.advance(1000);
    }
    const inOrder = Array.from({ length: 10 }, (_, number) => `w${number} batch w1${number}`);
    expect(await names('q=w&sort=name')).toEqual(inOrder);
    expect(await names('q=w+bat&sort=-name&page=2&per_page=3')).toEqual(inOrder.toReversed().slice(3, 6));
    expect((await names('q=w&sort=created_at')).map((name) => name[1]).join('')).toBe('3179284650');
    const api = bench.testApp.as(bench.admin);
    for (const id of made) await api.delete(`/integrations/${id}`).expect(200);
  });

  it('is of what an older replica wrote too, which knows of words alone', async () => {
    const { id } = await bench.create(bench.admin, { name: 'Bbb replica', description: null });
    await bench.testApp.sql(
      `INSERT INTO integration_terms (organization_id, integration_id, term) VALUES ($1, $2, 'older')`,
      [bench.admin.organizationId, id],
    );
    expect(await names('q=older&sort=name')).toEqual(['Bbb replica']);
    await bench.testApp.as(bench.admin).delete(`/integrations/${id}`).expect(200);
  });
});

describe('a query that is wrong', () => {
  it.each([
    ['per_page=101', 'per_page'],
    ['per_page=0', 'per_page'],
    ['per_page=-1', 'per_page'],
    ['per_page=ten', 'per_page'],
    ['per_page=1.5', 'per_page'],
    ['per_page=1e999', 'per_page'],
    ['page=0', 'page'],
    ['page=-1', 'page'],
    ['page=99999999999', 'page'],
    ['page=1&page=2', 'page'],
    ['status=nothing', 'status'],
    ['status=active&status=error', 'status'],
    ['sort=config', 'sort'],
    ['sort=name%3BDROP', 'sort'],
    ['team=nonsense', 'team'],
    ['q=%00', 'q'],
    [`q=${'x'.repeat(201)}`, 'q'],
    ['type[]=x', 'type[]'],
    ['nonsense=1', 'nonsense'],
  ])('is named: %s', async (query, field) => {
    const { body } = await list(query).expect(400);
    expect(body.error.code).toBe('VALIDATION_FAILED');
    expect(Object.keys(body.error.details)).toEqual([field]);
  });
});
