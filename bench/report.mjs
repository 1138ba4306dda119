// The table on the screen, and the file of a run.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';

const RESULTS = join(import.meta.dirname, 'results');
/** Shown in columns of their own; the rest of what a row measured stands beside them. */
const COLUMNS = new Set(['what', 'against', 'measured', 'baseline', 'ratio', 'reach', 'most', 'most_ratio']);

/** Without `reach` and `most` there is nothing to reach. */
export const reached = ({ ratio, reach = 0, most = {}, ...measured }) =>
  (ratio ?? reach) >= reach && Object.entries(most).every(([name, limit]) => measured[name] <= limit);

function besides(row) {
  return Object.entries(row)
    .filter(([name, value]) => !COLUMNS.has(name) && (typeof value === 'number' || typeof value === 'string'))
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toFixed(2)) : value}`)
    .join(', ');
}

const limits = ({ reach, most = {} }) =>
  [
    ...(reach === undefined ? [] : [`≥ ${reach}`]),
    ...Object.entries(most).map(([name, limit]) => `${name} ≤ ${limit}`),
  ].join(', ');

/** @returns true when everything that is judged was reached. */
export function report(rows) {
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memory_gib: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  const at = new Date().toISOString();
  mkdirSync(RESULTS, { recursive: true });
  const file = join(RESULTS, `${at.replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify({ at, machine, rows }, null, 2)}\n`);
  console.log(`${machine.cores} × ${machine.cpu}, ${machine.memory_gib} GiB, Node ${machine.node}`);
  console.table(
    rows.map((row) => ({
      what: row.what,
      against: row.against,
      measured: row.measured,
      baseline: row.baseline,
      ratio: row.ratio,
      besides: besides(row),
      reach: limits(row),
      ok: reached(row),
    })),
  );
  return rows.every(reached);
}
