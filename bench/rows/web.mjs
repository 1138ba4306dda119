// The web app in Chromium, as the end-to-end tests start it.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { median } from '../loops.mjs';
import { Product } from '../product.mjs';

const WEB = join(import.meta.dirname, '../../apps/web/dist');
const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const LISTED = 10_000;
const LOADS = 5;
const SCROLL_MS = 3000;
const SETTLE_MS = 1000;
/** One that was late by more than half of another is seen. */
const LONGEST_FRAME_MS = 25;

/** What the browser has to have before the first screen: scripts and what they import at once. */
function initialScript() {
  const page = readFileSync(join(WEB, 'index.html'), 'utf8');
  const files = [...page.matchAll(/(?:src|href)="(\/[^"]+\.js)"/g)].map(([, file]) => file);
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(WEB, file))).length, 0);
  return { measured: Number((bytes / 1000).toFixed(1)), kb: bytes / 1000, files: files.length };
}

async function browse(work) {
  const { chromium } = createRequire(new URL('../../e2e/package.json', import.meta.url))('@playwright/test');
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', '--disable-quic'],
  });
  try {
    return await work(browser);
  } finally {
    await browser.close();
  }
}

/** The largest thing of the first screen, cold: each time another browser profile. */
async function largestPaint() {
  const product = new Product();
  try {
    await product.start();
    const times = await browse(async (browser) => {
      const taken = [];
      for (let load = 0; load < LOADS; load += 1) {
        const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
        const page = await context.newPage();
        await page.goto(product.base);
        await page.locator('h1').first().waitFor();
        taken.push(
          await page.evaluate(
            () =>
              new Promise((resolve) => {
                new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime)).observe({
                  type: 'largest-contentful-paint',
                  buffered: true,
                });
              }),
          ),
        );
        await context.close();
      }
      return taken;
    });
    await product.stop();
    return {
      measured: Math.round(median(times)),
      ms: median(times),
      slowest_ms: Math.round(Math.max(...times)),
    };
  } finally {
    product.remove();
  }
}

/** Counts frames while the page is scrolled to its end and back. */
const SCROLL = (milliseconds) =>
  new Promise((resolve) => {
    const began = performance.now();
    const frames = [];
    const most = document.documentElement.scrollHeight - innerHeight;
    const step = (now) => {
      frames.push(now);
      const share = (now - began) / milliseconds;
      if (share >= 1) {
        const gaps = frames.slice(1).map((at, place) => at - frames[place]);
        resolve({ frames: frames.length, seconds: (frames.at(-1) - frames[0]) / 1000, gaps, most });
        return;
      }
      scrollTo(0, most * Math.sin(share * Math.PI));
      requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });

async function scrolled() {
  const product = new Product();
  try {
    await product.start();
    const { email, password } = product.seedDemo(LISTED);
    const { frames, seconds, gaps, most } = await browse(async (browser) => {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
      const headers = { 'x-session-mode': 'cookie', 'x-requested-with': 'latchkey', origin: product.base };
      const answer = await context.request.post(`${product.base}/api/v1/auth/login`, {
        headers,
        data: { email, password },
      });
      if (!answer.ok()) throw new Error(`sign-in: ${await answer.text()}`);
      const page = await context.newPage();
      await page.goto(`${product.base}/integrations?view=table`);
      await page.getByRole('table', { name: 'Integrations' }).waitFor();
      await page.waitForTimeout(SETTLE_MS);
      await page.evaluate(SCROLL, SETTLE_MS);
      return page.evaluate(SCROLL, SCROLL_MS);
    });
    await product.stop();
    return {
      measured: Number((frames / seconds).toFixed(1)),
      fps: frames / seconds,
      dropped: gaps.filter((gap) => gap > LONGEST_FRAME_MS).length,
      longest_frame_ms: Math.max(...gaps),
      pixels: most,
    };
  } finally {
    product.remove();
  }
}

const ROWS = [
  {
    what: 'web: initial script, compressed with gzip, in kB',
    against: '200 kB',
    most: { kb: 200 },
    alone: true,
    measure: initialScript,
  },
  {
    what: 'web: largest contentful paint from localhost, in milliseconds',
    against: '1 s',
    most: { ms: 1000 },
    alone: true,
    measure: largestPaint,
  },
  {
    what: `web: the list of ${LISTED.toLocaleString('en')} integrations scrolled, frames a second`,
    against: '60',
    alone: true,
    measure: scrolled,
  },
];

/** Without a browser its rows are left out. */
export const WEB_APP = existsSync(CHROMIUM) ? ROWS : ROWS.slice(0, 1);
