import { Counterpart } from './counterpart';
import { Github } from './github';
import { Product } from './product';
import { signedInTest, type Stage } from './test';

/** For journeys to GitHub and back: its pages are played in the browser, its API on the wire. */
export const test = signedInTest.extend<{ github: Github }, { played: Github; stage: Stage }>({
  played: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first argument
    async ({}, use) => {
      const played = await Github.start();
      await use(played);
      await played.close();
    },
    { scope: 'worker' },
  ],
  stage: [
    async ({ installation, played }, use) => {
      const services = await Counterpart.start();
      const product = await Product.start(installation, {
        EGRESS_HOST_MAP: `slack.com=${services.url},${played.hostMap}`,
      });
      await use({ product, services });
      await product.stop();
      await services.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  github: [
    async ({ context, played }, use) => {
      played.reset();
      await played.playIn(context);
      await use(played);
    },
    { auto: true },
  ],
});

export { expect } from './test';
