import type { Locator, Page } from '@playwright/test';
import { Oidc } from '../../apps/api/test/support/oidc';
import { Counterpart } from './counterpart';
import { connect, type Integration, type Person } from './people';
import { Product } from './product';
import { Providers } from './providers';
import { button } from './screen';
import { signedInTest, type Stage } from './test';

export const CLIENT = { id: 'latchkey-of-the-tests', secret: 'client-secret-of-the-tests' };

/** For journeys of consent: a real OAuth server, and the providers of the catalogue played. */
export const test = signedInTest.extend<
  { providers: Providers },
  { played: Providers; stage: Stage; oidc: Oidc }
>({
  played: [
    // oxlint-disable-next-line no-empty-pattern -- Playwright reads what a fixture needs from its first argument
    async ({}, use) => {
      const played = await Providers.start();
      await use(played);
      await played.close();
    },
    { scope: 'worker' },
  ],
  stage: [
    async ({ installation, played }, use) => {
      const services = await Counterpart.start();
      const product = await Product.start(installation, {
        EGRESS_HOST_MAP: `argocd.example.com=${services.url},${played.hostMap}`,
        NETLIFY_OAUTH_CLIENT_ID: 'netlify-client-of-the-installation',
        NETLIFY_OAUTH_CLIENT_SECRET: 'netlify-secret-of-the-installation',
      });
      await use({ product, services });
      await product.stop();
      await services.close();
    },
    { scope: 'worker', timeout: 90_000 },
  ],
  oidc: [
    async ({ stage }, use) => {
      const redirectUris = [`${stage.product.url}/api/v1/oauth/callback`];
      const oidc = await Oidc.start({ clients: [{ ...CLIENT, redirectUris }], scopes: ['read', 'write'] });
      await use(oidc);
      await oidc.close();
    },
    { scope: 'worker' },
  ],
  providers: async ({ context, played }, use) => {
    played.reset();
    await played.playIn(context);
    await use(played);
  },
});

/** An API behind the real OAuth server, as the wizard asks for it. */
export const oidcConfig = (oidc: Oidc) => ({
  base_url: oidc.url,
  test_path: '/resource',
  ...oidc.addresses,
  oauth_scopes: 'openid offline_access read',
  oauth_parameters: 'prompt=consent',
});

/** Made through the API; nobody has agreed yet. */
export const unauthorised = (person: Person, oidc: Oidc, name: string): Promise<Integration> =>
  connect(person, {
    integration_type_id: 'generic_http',
    name,
    config: oidcConfig(oidc),
    credentials: { credential_type: 'oauth2', client_id: CLIENT.id, client_secret: CLIENT.secret },
    test: false,
  });

/** Presses what opens a window, and answers the window. */
export async function windowOf(page: Page, pressed: string | RegExp | Locator): Promise<Page> {
  const opened = page.waitForEvent('popup');
  const named = typeof pressed === 'string' || pressed instanceof RegExp;
  await (named ? button(page, pressed) : pressed).click();
  return opened;
}

/** Presses what opens a window, and waits until that has closed, which may be before anybody could look. */
export async function throughWindow(...pressed: Parameters<typeof windowOf>): Promise<void> {
  const popup = await windowOf(...pressed);
  if (!popup.isClosed()) await popup.waitForEvent('close');
}

export { expect } from './test';
