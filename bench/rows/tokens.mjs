// OAuth tokens.
const issued = async ({ target }) => Number(await (await fetch(`${target}/issued`)).text());

/** What a refresh adds to the provider's own time. */
async function refreshed({ ask, organizationId, oauthId, target }) {
  const { alone, whole } = await ask('refresh', organizationId, oauthId, `${target}/token`);
  const adds = Number((whole - alone).toFixed(2));
  return { measured: whole, baseline: alone, ratio: Number((alone / whole).toFixed(3)), adds_ms: adds };
}

/** One refresh for all of them. */
async function rushed(bench, callers) {
  const before = await issued(bench);
  const { tokens, ms } = await bench.ask('rush', bench.organizationId, bench.oauthId, callers);
  const refreshes = (await issued(bench)) - before;
  return {
    measured: refreshes,
    baseline: 1,
    ratio: Number((1 / refreshes).toFixed(3)),
    average_ms: Number(ms.toFixed(2)),
    tokens,
  };
}

export const TOKENS = [
  {
    what: 'OAuth refresh: loaded, leased, asked for, sealed, stored, in milliseconds (median)',
    against: 'the same request made directly with undici',
    most: { adds_ms: 20 },
    measure: refreshed,
  },
  {
    what: 'OAuth refreshes for 1,000 who want an ended token at once',
    against: 'one',
    reach: 1,
    most: { tokens: 1 },
    measure: (bench) => rushed(bench, 1000),
  },
];
