#!/usr/bin/env node
// The way in from a bare machine: `npm start`, `npm test` and `npx latchkey` run this on whatever Node (20 or newer) is there.
// It installs with the lockfile, builds what changed, and hands over to the Node 24 that the lockfile pins.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER_OPTIONS, serverEnvironment } from './node-options.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const PNPM = 'pnpm@12.21.0';
const NODE = join(ROOT, 'node_modules', 'nodejs', 'bin', 'node');
const STAMPS = join(ROOT, '.cache');
const PACKAGES = [
  '.',
  'apps/api',
  'apps/web',
  'libs/api-client',
  'libs/catalogue',
  'libs/sdk',
  'e2e',
  'bench',
];
const BUILD_INPUTS = ['apps/api/src', 'apps/web', 'libs', '.swcrc', 'tsconfig.base.json', 'package.json'];
const BUILD_OUTPUTS = [
  'apps/api/dist/main.js',
  'apps/web/dist/index.html',
  'libs/catalogue/dist/index.js',
  'libs/sdk/dist/index.js',
];
const [command, ...args] = process.argv.slice(2);
const NOT_INPUTS = new Set(['node_modules', 'dist']);

function fail(message, code = 1) {
  process.stderr.write(`${message}\n`);
  process.exit(code);
}

/** What we say of ourselves: apart from the answer of a command, which may be read by a program. */
const say = (text) => process.stderr.write(`${text}\n`);

/** The pinned Node first on the PATH, for pnpm's scripts and what they start. */
function environment() {
  return {
    ...process.env,
    PATH: `${dirname(NODE)}:${join(ROOT, 'node_modules', '.bin')}:${process.env.PATH}`,
  };
}

function pnpm(...args) {
  const { status, error } = spawnSync('npx', ['--yes', PNPM, ...args], {
    cwd: ROOT,
    stdio: ['ignore', command === 'latchkey' ? 2 : 'inherit', 'inherit'],
    env: { ...environment(), npm_config_loglevel: 'error' },
  });
  if (error) fail(`npx could not be run (${error.message}). Install npm, which brings it.`);
  if (status !== 0) fail(`\`pnpm ${args.join(' ')}\` failed; its output is above.`, status ?? 1);
}

function* files(path) {
  const entry = statSync(path, { throwIfNoEntry: false });
  if (!entry) return;
  if (!entry.isDirectory()) {
    yield [relative(ROOT, path), readFileSync(path)];
    return;
  }
  for (const name of readdirSync(path).sort()) {
    if (!NOT_INPUTS.has(name)) yield* files(join(path, name));
  }
}

function digest(paths) {
  const hash = createHash('sha256').update(process.platform + process.arch);
  for (const path of paths)
    for (const [name, content] of files(join(ROOT, path))) hash.update(`${name}\0`).update(content);
  return hash.digest('hex');
}

/** Does the work unless its inputs are those of the last time it succeeded and its outputs are there. */
function onceFor(name, inputs, outputs, work) {
  const stamp = join(STAMPS, name);
  const now = digest(inputs);
  const done =
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === now &&
    outputs.every((path) => existsSync(join(ROOT, path)));
  if (done) return;
  work();
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(stamp, now);
}

function install() {
  const inputs = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    ...PACKAGES.map((path) => join(path, 'package.json')),
  ];
  onceFor(
    'installed',
    inputs,
    ['node_modules/nodejs/bin/node', 'apps/api/node_modules', 'apps/web/node_modules'],
    () => {
      say('Installing what the lockfile names. The first time takes a minute.');
      pnpm('install', '--frozen-lockfile');
    },
  );
}

function build() {
  onceFor('built', BUILD_INPUTS, BUILD_OUTPUTS, () => {
    say('Building.');
    pnpm('run', 'build');
  });
}

/**
 * Runs a program of ours and ends as it ends. It has a process group of its own, so that Ctrl-C reaches it once,
 * through us; and a channel to us, so that it stops in order even when we are killed.
 */
function handOver(script, args = [], { options = [], env = environment() } = {}) {
  const child = spawn(NODE, [...options, script, ...args], {
    cwd: ROOT,
    detached: true,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env,
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal));
  const watch = watchStarter(() => child.kill('SIGTERM'));
  child.on('error', (error) => fail(`Node 24 from the lockfile could not be run: ${error.message}`));
  child.on('exit', (code, signal) => {
    clearInterval(watch);
    process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1));
  });
}

/** The parent of a process, where /proc tells. */
function parentOf(pid) {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return undefined;
  const afterName = readFileSync(file, 'utf8').split(') ').at(-1);
  return Number(afterName.split(' ')[1]);
}

/**
 * npm runs us through a shell. When npm is killed it cannot pass the signal on, and we would go on unseen: then one
 * of the two above us has another parent.
 */
function watchStarter(onDeath) {
  if (!process.env.npm_lifecycle_event) return undefined;
  const starters = () => `${process.ppid} ${parentOf(process.ppid)}`;
  const before = starters();
  return setInterval(() => starters() !== before && onDeath(), 500);
}

if (Number(process.versions.node.split('.')[0]) < 20)
  fail(`Node 20 or newer is needed; this is ${process.version}.`);
if (!['linux', 'darwin'].includes(process.platform))
  fail(`Latchkey runs on Linux and macOS; this is ${process.platform}.`);

if (command === 'start') {
  install();
  build();
  handOver(join('apps', 'api', 'dist', 'main.js'), [], {
    options: SERVER_OPTIONS,
    env: serverEnvironment(environment()),
  });
} else if (command === 'test') {
  install();
  build();
  handOver(join('scripts', 'checklist.mjs'));
} else if (command === 'latchkey') {
  install();
  build();
  handOver(join('apps', 'api', 'dist', 'cli', 'main.js'), args);
} else {
  fail('Usage: node scripts/run.mjs start|test|latchkey');
}
