// The watch: checks a second, and how late they are.
import { SERVER_OPTIONS, serverEnvironment } from '../../scripts/node-options.mjs';
import { sideBySide } from '../loops.mjs';
import { caller, start } from '../process.mjs';

/** 10,000 integrations every five minutes, or as many as that is for another time. */
const SECONDS = Number(process.env.BENCH_WATCH_SECONDS ?? 60);
const DUE = Math.round((10_000 * SECONDS) / 300);

/** More than a round can check. */
const INTEGRATIONS = 10_000;
const spread = new WeakSet();

async function checks(bench, path) {
  const { ask, places, services } = bench;
  if (!spread.has(bench)) await ask('spread', places, INTEGRATIONS);
  spread.add(bench);
  return sideBySide(
    () => ask('checkAll', services, path),
    () => ask('callServices', services, path),
  );
}

/** A product of its own on one core, its database included, with the ticks of every product. */
async function sustained({ services, prepare }) {
  const env = serverEnvironment({
    ...process.env,
    BENCH_ROLE: 'all',
    HEALTH_CHECK_INTERVAL: String(SECONDS),
  });
  const { child, said } = await start('server.mjs', { execArgv: SERVER_OPTIONS, core: 0, env });
  try {
    const ask = caller(child);
    const place = await prepare(`http://127.0.0.1:${said.stack}`);
    await ask('spread', [place], DUE);
    const { missing, latest, median, cpu } = await ask('sustained', services, '/near', DUE, SECONDS);
    return {
      measured: Number((DUE / SECONDS).toFixed(1)),
      baseline: Number((10_000 / 300).toFixed(1)),
      ratio: missing === 0 ? 1 : 1 - missing / DUE,
      late_s: Number(latest.toFixed(1)),
      late_median_s: Number(median.toFixed(1)),
      cpu_of_one_core: Number(cpu.toFixed(2)),
    };
  } finally {
    const stopped = new Promise((resolve) => child.once('exit', resolve));
    child.send({ call: 'stop' });
    await stopped;
  }
}

export const WATCH = [
  // Shown, not judged: a check writes down what it found, which takes longer than a call to a service next door. What is
  // watched is far away, and a thousand checks a second are thirty times what 10,000 integrations need.
  {
    what: 'health checks of services that answer after 5 ms, a second',
    against: 'an undici loop over the same services',
    measure: (bench) => checks(bench, '/near'),
  },
  {
    what: 'health checks of services that answer after 50 ms, a second',
    against: 'an undici loop over the same services',
    reach: 0.5,
    measure: (bench) => checks(bench, '/far'),
  },
  {
    what: `health checks of ${DUE.toLocaleString('en')} integrations over ${SECONDS} s on one core, a second`,
    against: '10,000 every 5 minutes, all of them made',
    reach: 1,
    most: { late_s: 30 },
    alone: true,
    measure: sustained,
  },
];
