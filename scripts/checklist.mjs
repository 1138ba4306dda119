// Everything that must hold, in one run: what `npm test`, `pnpm checklist` and CI call.
// It ends with one line that counts every test of every kind: `N passed, N failed`.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser } from './browser.mjs';

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const RESULTS = join(ROOT, '.cache', 'results');
const JEST = ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
const bin = (name) => join(ROOT, 'node_modules', '.bin', name);

let current;
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => (current ? current.kill(signal) : process.exit(1)));
process.on('disconnect', () => current?.kill('SIGTERM'));

function run(command, args, options = {}) {
  return new Promise((done) => {
    current = spawn(command, args, {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
      ...options,
      env: { ...process.env, NODE_NO_WARNINGS: '1', ...options.env },
    });
    current.on('error', (error) => {
      console.error(error.message);
      done(false);
    });
    current.on('exit', (code) => {
      current = undefined;
      done(code === 0);
    });
  });
}

const node = (...args) => run(process.execPath, args);
const total = { passed: 0, failed: 0 };

/** A check that is no test counts as one, so that the last line tells of its failure too. */
async function check(title, work) {
  console.log(`\n── ${title}`);
  const held = await work();
  if (held) total.passed += 1;
  else {
    total.failed += 1;
    console.error(`✗ ${title} failed`);
  }
}

async function jest(project) {
  console.log(`\n── ${project} tests`);
  const file = join(RESULTS, `${project}.json`);
  const succeeded = await node(
    ...JEST,
    '--selectProjects',
    project,
    '--json',
    `--outputFile=${file}`,
    '--silent',
  );
  if (!existsSync(file)) {
    total.failed += 1;
    return;
  }
  const result = JSON.parse(readFileSync(file, 'utf8'));
  total.passed += result.numPassedTests;
  total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
  if (!succeeded && result.numFailedTests + result.numRuntimeErrorTestSuites === 0) total.failed += 1;
}

async function endToEnd() {
  console.log('\n── end-to-end tests');
  const browser = findBrowser();
  if (!browser) {
    total.failed += 1;
    return;
  }
  const file = join(RESULTS, 'e2e.json');
  const env = { CHROMIUM_PATH: browser, PLAYWRIGHT_JSON_OUTPUT_NAME: file };
  const succeeded = await run(
    join(ROOT, 'e2e', 'node_modules', '.bin', 'playwright'),
    ['test', '--reporter=list,json'],
    {
      cwd: join(ROOT, 'e2e'),
      env,
    },
  );
  if (!existsSync(file)) {
    total.failed += 1;
    return;
  }
  const { stats } = JSON.parse(readFileSync(file, 'utf8'));
  total.passed += stats.expected + stats.flaky;
  total.failed += stats.unexpected + (!succeeded && stats.unexpected === 0 ? 1 : 0);
}

/** The document and the client must be what the code writes today. */
async function withoutDrift(paths, write) {
  const before = paths.map((path) => readFileSync(join(ROOT, path), 'utf8'));
  if (!(await write())) return false;
  const changed = paths.filter((path, index) => readFileSync(join(ROOT, path), 'utf8') !== before[index]);
  for (const path of changed) console.error(`${path} was not up to date; it is now. Commit it.`);
  return changed.length === 0;
}

const typecheck = async (project) => run(bin('tsc'), ['--noEmit', '-p', `${project}/tsconfig.json`]);

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS, { recursive: true });

await check('format', () => run(bin('prettier'), ['--check', '--log-level', 'warn', '.']));
await check('lint', () => run(bin('oxlint'), ['--deny-warnings']));
await check('boundaries and cycles', () =>
  run(bin('depcruise'), [
    '--config',
    '.dependency-cruiser.mjs',
    '--output-type',
    'err',
    'apps/api/src',
    'apps/web/src',
    'libs',
  ]),
);
await check('unused files, exports and dependencies', () => run(bin('knip'), ['--no-progress']));
for (const project of ['libs/catalogue', 'libs/api-client', 'libs/sdk', 'apps/api', 'apps/web', 'e2e']) {
  await check(`types of ${project}`, () => typecheck(project));
}
await check('OpenAPI document and client', () =>
  withoutDrift(['openapi.json', 'libs/api-client/src/schema.d.ts'], async () => {
    const client = join(ROOT, 'libs', 'api-client');
    return (
      (await node('apps/api/dist/write-openapi.js')) &&
      (await run(
        join(client, 'node_modules', '.bin', 'openapi-typescript'),
        ['../../openapi.json', '--output', 'src/schema.d.ts'],
        {
          cwd: client,
        },
      ))
    );
  }),
);
await jest('unit');
await jest('integration');
await endToEnd();

console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed === 0 ? 0 : 1);
