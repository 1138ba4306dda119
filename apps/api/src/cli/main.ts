import { runCommand } from './run.js';

const stopping = new AbortController();
let asked = 0;
const stop = (): void => {
  asked += 1;
  // The second time it is meant: what is not committed is done again another time.
  if (asked > 1) process.exit(1);
  stopping.abort();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
// The starter that holds our channel has ended without a word.
process.on('disconnect', () => stopping.abort());
// Whoever reads our answer has read enough.
process.stdout.on('error', () => process.exit(1));

const streams = {
  out: (text: string) => void process.stdout.write(text),
  err: (text: string) => void process.stderr.write(text),
  terminal: process.stderr.isTTY ?? false,
};
const code = await runCommand(process.argv.slice(2), process.env, streams, stopping.signal);
// A start that failed may have left connections open; what was said goes out first.
process.stdout.write('', () => process.exit(code));
