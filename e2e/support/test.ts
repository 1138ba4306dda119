import { type ConsoleMessage, expect, test as base } from '@playwright/test';
import { Counterpart } from './counterpart';
import { type Person, register } from './people';
import { Product } from './product';

export interface Stage {
  product: Product;
  services: Counterpart;
}

interface PerTest extends Stage {
  /** Refused calls fail the test as well. */
  quiet: boolean;
  troubles: string[];
  /** Someone new with an organisation of their own, signed in on the test's browser. */
  person: Person;
}

interface PerWorker {
  /** Files that name the same installation share one product; a name of its own gives a file an empty one. */
  installation: string;
  stage: Stage;
}

const START_LIMIT_MS = 90_000;

/** The browser tells of every refused call; journeys that provoke them look at the page instead. */
const isRefusedCall = (message: ConsoleMessage) => message.text().startsWith('Failed to load resource');

/** The one refusal that belongs to every first visit: nobody is signed in yet. */
const isFirstRefresh = (message: ConsoleMessage) =>
  isRefusedCall(message) &&
  message.text().includes('401') &&
  message.location().url.endsWith('/api/v1/auth/refresh-token');

/** A window that closes itself, or goes on, while its page is still loading. */
const isCutOff = (message: ConsoleMessage) =>
  message.text().startsWith('Error: Unable to preload CSS') &&
  (message.page()?.url() ?? '').includes('/connect/');

/** `test` of every journey: a page that throws, or that the content policy stops, fails it. */
export const test = base.extend<PerTest, PerWorker>({
  installation: ['shared', { scope: 'worker', option: true }],
  stage: [
    async ({ installation }, use) => {
      const services = await Counterpart.start();
      const product = await Product.start(installation, services.environment);
      await use({ product, services });
      await product.stop();
      await services.close();
    },
    { scope: 'worker', timeout: START_LIMIT_MS },
  ],
  product: async ({ stage }, use) => use(stage.product),
  services: async ({ stage }, use) => use(stage.services),
  baseURL: async ({ product }, use) => use(product.url),
  person: async ({ context, product }, use) => use(await register(product, context.request)),
  quiet: [false, { option: true }],
  troubles: [
    async ({ context, quiet, services }, use) => {
      const troubles: string[] = [];
      const isExpected = quiet ? isFirstRefresh : isRefusedCall;
      context.on('weberror', (error) => troubles.push(error.error().stack ?? String(error.error())));
      context.on('console', (message) => {
        if (!['error', 'warning'].includes(message.type()) || isExpected(message) || isCutOff(message))
          return;
        troubles.push(`${message.type()}: ${message.text()} (${message.location().url})`);
      });
      await use(troubles);
      services.calm();
      expect(troubles, 'what the browser complains about').toEqual([]);
    },
    { auto: true },
  ],
});

/** For journeys of someone who is signed in already. */
export const signedInTest = test.extend<{ signedIn: Person }>({
  signedIn: [async ({ person }, use) => use(person), { auto: true }],
});

export { expect };
