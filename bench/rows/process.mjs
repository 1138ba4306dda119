// The product as a process: how long its start takes, and what it holds in memory.
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { loop, median } from '../loops.mjs';
import { bareNest, Product } from '../product.mjs';
import { CONNECTIONS } from './callers.mjs';

const STARTS = 3;
/** Until what a start leaves behind has been collected, or has not. */
const REST_MS = 20_000;
const LOAD_SECONDS = Number(process.env.BENCH_LOAD_SECONDS ?? 60);
/** Of the load; the first third is for what is filled once (caches, compiled code, pools). */
const LOOKS = 9;

async function started() {
  const product = new Product();
  try {
    // The first start makes the database.
    await product.start();
    await product.stop();
    const [whole, alone] = [[], []];
    for (let round = 0; round < STARTS; round += 1) {
      alone.push(await bareNest());
      whole.push(await product.start());
      await product.stop();
    }
    const [measured, baseline] = [median(whole), median(alone)].map(Math.round);
    return {
      measured,
      baseline,
      ratio: Number((baseline / measured).toFixed(3)),
      more_ms: measured - baseline,
    };
  } finally {
    product.remove();
  }
}

async function atRest() {
  const product = new Product();
  try {
    await product.start();
    await delay(REST_MS);
    const measured = product.resident();
    await product.stop();
    return { measured, mib: measured };
  } finally {
    product.remove();
  }
}

/** What programs and people do all day: values, calls by the proxy, lists. */
async function load({ stack, person, program, integrationId }, milliseconds) {
  const dispatcher = new Agent({ connections: CONNECTIONS });
  const calls = [
    [`${stack}/api/v1/integrations/${integrationId}/credentials/value`, program],
    [`${stack}/api/v1/integrations/${integrationId}/proxy/me`, program],
    [`${stack}/api/v1/integrations?per_page=20`, person],
  ];
  const { rate } = await loop(CONNECTIONS, milliseconds, async (number) => {
    const [url, headers] = calls[number % calls.length];
    const { statusCode, body } = await request(url, { headers, dispatcher });
    await body.dump();
    // An organisation's programs may not call without end.
    if (statusCode !== 200 && statusCode !== 429) throw new Error(`${url}: ${statusCode}`);
  });
  await dispatcher.close();
  return rate;
}

/** MiB an hour by which the least squares line through the looks rises. */
function slope(looks) {
  const mean = (pick) => looks.reduce((sum, look) => sum + pick(look), 0) / looks.length;
  const [at, mib] = [mean((look) => look.at), mean((look) => look.mib)];
  const rise = looks.reduce((sum, look) => sum + (look.at - at) * (look.mib - mib), 0);
  return (rise / looks.reduce((sum, look) => sum + (look.at - at) ** 2, 0)) * 3600;
}

async function underLoad({ prepareProgram }) {
  const product = new Product();
  try {
    await product.start(['--expose-gc', '--import', join(import.meta.dirname, '../collect.mjs')]);
    const bench = await prepareProgram(product.base);
    const looks = [];
    const rates = [];
    for (let look = 1; look <= LOOKS; look += 1) {
      rates.push(await load(bench, (LOAD_SECONDS * 1000) / LOOKS));
      looks.push({ at: (look * LOAD_SECONDS) / LOOKS, mib: await product.collected() });
    }
    await product.stop();
    const settled = looks.slice(LOOKS / 3);
    return {
      measured: looks.at(-1).mib,
      mib: looks.at(-1).mib,
      grown_mib: looks.at(-1).mib - settled[0].mib,
      mib_an_hour: Math.round(slope(settled)),
      calls_a_second: Math.round(median(rates)),
      looks,
    };
  } finally {
    product.remove();
  }
}

export const PROCESS = [
  {
    what: 'start to ready, embedded database warm, in milliseconds',
    against: 'node and Nest with no module',
    most: { more_ms: 3000 },
    alone: true,
    measure: started,
  },
  {
    what: 'memory of the process at rest, in MiB',
    against: '250 MB',
    most: { mib: 238 },
    alone: true,
    measure: atRest,
  },
  {
    what: `memory of the process after ${LOAD_SECONDS} s of load, in MiB`,
    against: '250 MB, and no growth once everything was used',
    most: { mib: 238, grown_mib: 10 },
    alone: true,
    measure: underLoad,
  },
];
