import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const E2E = resolve(dirname(fileURLToPath(import.meta.url)), '..', 'e2e');
const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

const installed = () => [process.env.CHROMIUM_PATH, ...PLACES].find((path) => path && existsSync(path));

function fromPlaywright() {
  const { chromium } = createRequire(join(E2E, 'package.json'))('@playwright/test');
  const path = chromium.executablePath();
  return existsSync(path) ? path : undefined;
}

function run(command, args, options = {}) {
  return spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'], ...options }).status === 0;
}

/** The Chromium that is there, else from apt as root, else from Playwright's installer. */
export function findBrowser() {
  const found = installed() ?? fromPlaywright();
  if (found) return found;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    console.log('Installing Chromium with apt-get.');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], { env });
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env });
    const fromApt = installed();
    if (fromApt) return fromApt;
  }
  console.log('Installing Chromium with Playwright.');
  run(join(E2E, 'node_modules', '.bin', 'playwright'), ['install', 'chromium'], { cwd: E2E });
  const downloaded = fromPlaywright();
  if (!downloaded) {
    console.error(
      'No Chromium was found and none could be installed, so the end-to-end tests cannot run. Install one (Debian: ' +
        '`apt-get install chromium`) or name one with CHROMIUM_PATH.',
    );
  }
  return downloaded;
}
