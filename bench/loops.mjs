// Loops that are counted and timed.

/** How long each loop of a round takes. */
export const ROUND_MS = Number(process.env.BENCH_SECONDS ?? 5) * 1000;
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

/** Calls at most `concurrency` at once for a time. @returns calls a second, and how long they took in milliseconds. */
export async function loop(concurrency, milliseconds, work) {
  const end = performance.now() + milliseconds;
  const times = [];
  let number = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (performance.now() < end) {
        const started = performance.now();
        await work(number++);
        times.push(performance.now() - started);
      }
    }),
  );
  return { rate: times.length / ((performance.now() - began) / 1000), ...summary(times) };
}

export function summary(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part) => Number((sorted[Math.floor(sorted.length * part)] ?? 0).toFixed(2));
  const average = sorted.reduce((sum, each) => sum + each, 0) / (sorted.length || 1);
  return { average: Number(average.toFixed(2)), p50: at(0.5), p99: at(0.99) };
}

export const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];

/** Alternates the two, so that a noisy moment meets both; each measures a rate. */
export async function sideBySide(measured, baseline, rounds = ROUNDS) {
  await measured();
  await baseline();
  const taken = [];
  for (let round = 0; round < rounds; round += 1)
    taken.push({ baseline: await baseline(), measured: await measured() });
  const middle = (pick) => median(taken.map(pick));
  return {
    measured: Math.round(middle(({ measured: { rate } }) => rate)),
    baseline: Math.round(middle(({ baseline: { rate } }) => rate)),
    ratio: Number(middle((round) => round.measured.rate / round.baseline.rate).toFixed(3)),
    average_ms: middle(({ measured: { average } }) => average),
    p99_ms: middle(({ measured: { p99 } }) => p99),
  };
}
