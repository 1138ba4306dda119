// The list of integrations of a large organisation against that of a small one: every filter, search and order.
import { Agent, request } from 'undici';
import { median } from '../loops.mjs';

const LARGE = Number(process.env.BENCH_LIST ?? 100_000);
const SMALL = 100;
/** Ten pages of the small one too. */
const PER_PAGE = 10;
const PAGES = 10;
const ROUNDS = 5;

const SORTS = ['-created_at', 'created_at', 'name', '-name', 'last_checked_at', '-last_checked_at'];
const FILTERS = [
  '',
  'status=active',
  'status=error',
  'status=disabled',
  'type=argocd',
  'category=ci_cd',
  'category=monitoring',
  'type=argocd&status=error',
  'category=monitoring&status=disabled',
  'q=production',
  'q=prod',
  'q=prod+pay',
  'q=argo',
  'q=argo+payments',
  'q=s',
  'q=what+team+mobile',
  'q=17',
  'q=nothing',
  'q=production&status=error',
  'q=argo&type=argocd&status=error',
];
const QUERIES = [
  ...SORTS.map((sort) => `sort=${sort}`),
  ...FILTERS.slice(1).flatMap((filter) => [filter, `${filter}&sort=name`]),
  // Several words that begin alike, in the orders that are read backwards.
  ...['q=argo', 'q=s', 'q=1', 'q=argo+payments'].flatMap((search) =>
    ['created_at', '-name'].map((sort) => `${search}&sort=${sort}`),
  ),
  // One rare word and a common one; common ones that nothing has both of; filters that most of a search does not pass.
  'q=what+1234',
  'q=mobile+billing',
  'q=argo&status=error',
  'q=argo&type=argocd',
];
/**
 * What two large sets have in common, and what is found in an order that words do not have. Shown, not judged: all of it has to
 * be found before its first page, which takes some milliseconds of sets of 25,000.
 */
const COMMON = [
  'q=production+staging',
  'q=1+2',
  'q=argo&type=vercel',
  'q=1&status=disabled',
  'q=argo&status=error&sort=-name',
  'type=vercel&sort=name',
  'q=argo+payments&sort=-last_checked_at',
];

/** The first ten pages, as somebody pages through them. @returns milliseconds a page */
async function paged(stack, headers, dispatcher, query) {
  const began = performance.now();
  for (let page = 1; page <= PAGES; page += 1) {
    const url = `${stack}/api/v1/integrations?${query}&per_page=${PER_PAGE}&page=${page}`;
    const { statusCode, body } = await request(url, { headers, dispatcher });
    await body.dump();
    if (statusCode !== 200) throw new Error(`${query}: ${statusCode}`);
  }
  return (performance.now() - began) / PAGES;
}

const seeded = new WeakSet();

async function listed(bench, asked) {
  const { ask, stack, places } = bench;
  const [, large, small] = places;
  if (!seeded.has(bench)) {
    await ask('seed', large.organizationId, large.userId, LARGE);
    await ask('seed', small.organizationId, small.userId, SMALL);
  }
  seeded.add(bench);
  const dispatcher = new Agent({ connections: 1 });
  const of = (place, query) => paged(stack, place.person, dispatcher, query);
  const queries = [];
  for (const query of asked) {
    await of(small, query);
    const [few, many] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      few.push(await of(small, query));
      many.push(await of(large, query));
    }
    const [small_ms, large_ms] = [median(few), median(many)].map((ms) => Number(ms.toFixed(2)));
    queries.push({ query, small_ms, large_ms, times: Number((large_ms / small_ms).toFixed(2)) });
  }
  await dispatcher.close();
  const [worst] = queries.toSorted((a, b) => b.times - a.times);
  return {
    measured: worst.large_ms,
    baseline: worst.small_ms,
    times: worst.times,
    times_median: median(queries.map(({ times }) => times)),
    worst: worst.query,
    queries,
  };
}

export const LISTS = [
  {
    what: `list of integrations, ${LARGE.toLocaleString('en')} in the organisation, the slowest filter, search or order, milliseconds a page`,
    against: `the same query where there are ${SMALL}`,
    most: { times: 3 },
    measure: (bench) => listed(bench, QUERIES),
  },
  {
    what: `list of integrations, ${LARGE.toLocaleString('en')} in the organisation, what two large sets have in common, milliseconds a page`,
    against: `the same query where there are ${SMALL}`,
    measure: (bench) => listed(bench, COMMON),
  },
];
