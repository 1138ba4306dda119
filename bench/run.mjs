// `pnpm bench`: figures as ratios, taken side by side in one run. Results go to bench/results and to the screen.
// `pnpm bench credential proxy` runs the rows whose names hold one of the words.
import { SERVER_OPTIONS, serverEnvironment } from '../scripts/node-options.mjs';
import { authorised, place, program, setAuditOfReads } from './places.mjs';
import { caller, start } from './process.mjs';
import { report } from './report.mjs';
import { ROWS } from './rows/rows.mjs';

const CREDENTIALS = Number(process.env.BENCH_CREDENTIALS ?? 100_000);
const PLACES = 20;

const words = process.argv.slice(2);
const chosen = ROWS.filter(({ what }) => words.length === 0 || words.some((word) => what.includes(word)));
if (chosen.length === 0) throw new Error(`No row has one of the words ${words.join(', ')} in its name.`);

const { child: service, said: ports } = await start('target.mjs');
const target = `http://127.0.0.1:${ports.port}`;
const services = ports.services.map((each) => `http://127.0.0.1:${each}`);
/** For products of their own. */
const apart = {
  target,
  services,
  prepare: (base) => place(base, 0, target),
  prepareProgram: async (base) => {
    const made = await place(base, 0, target);
    return { stack: base, ...made, ...(await program(base, made)) };
  },
};

/** The server that most rows share, with many credentials. */
async function prepared() {
  const { child: server, said } = await start('server.mjs', {
    execArgv: [...SERVER_OPTIONS, '--expose-gc'],
    env: serverEnvironment(process.env),
  });
  const stack = `http://127.0.0.1:${said.stack}`;
  const ask = caller(server);
  const places = [];
  for (let number = 0; number < PLACES; number += 1) places.push(await place(stack, number, target));
  const [first] = places;
  await ask('multiply', first.organizationId, first.integrationId, CREDENTIALS);
  const bench = {
    ...apart,
    ...first,
    ...(await program(stack, first)),
    ...(await authorised(stack, first, target)),
    stack,
    bare: `http://127.0.0.1:${said.bare}`,
    places,
    ask,
    setAuditOfReads: (audit_of_reads) => setAuditOfReads(stack, first, audit_of_reads),
  };
  const close = async () => {
    const stopped = new Promise((resolve) => server.once('exit', resolve));
    server.send({ call: 'stop' });
    await stopped;
  };
  return { bench, close };
}

const rows = [];
async function measure(some, bench) {
  for (const { measure, alone: _alone, ...row } of some) {
    process.stderr.write(`${row.what} … `);
    rows.push({ ...row, ...(await measure(bench)) });
    const { ratio, measured } = rows.at(-1);
    process.stderr.write(
      `${ratio === undefined ? measured : `${ratio}${row.reach ? ` of ${row.reach}` : ''}`}\n`,
    );
  }
}

// Those that start a product of their own have the machine to themselves.
await measure(
  chosen.filter(({ alone }) => alone),
  apart,
);
const together = chosen.filter(({ alone }) => !alone);
if (together.length > 0) {
  const { bench, close } = await prepared();
  await measure(together, bench);
  await close();
}
service.disconnect();
process.exit(report(rows) ? 0 : 1);
