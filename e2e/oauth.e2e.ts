import type { Page } from '@playwright/test';
import { expectAccessible, expectFits } from './support/accessible';
import { CLIENT, expect, oidcConfig, test, throughWindow, unauthorised } from './support/oauth-test';
import { button, chooseService, contentOf, field, heading, stateOf } from './support/screen';

test.use({ installation: 'oauth' });

/** Fills the wizard up to the button that opens the window. */
async function fillOAuth(page: Page, config: Record<string, string>, name: string): Promise<void> {
  await page.getByRole('radio', { name: /^OAuth 2\.0 authorization code/ }).click();
  await field(page, 'Client ID').fill(CLIENT.id);
  await field(page, 'Client secret').fill(CLIENT.secret);
  await button(page, 'Continue').click();
  await field(page, 'Name').fill(name);
  for (const [label, value] of Object.entries(config)) await field(page, label).fill(value);
}

const tokenTab = (page: Page) => page.getByRole('tab', { name: 'Token' }).click();

test('a consent in a window, at a real OAuth server', async ({ page, product, oidc }) => {
  const config = oidcConfig(oidc);
  await chooseService(page, 'generic', 'Generic HTTP API');
  await page.getByRole('radio', { name: /^OAuth 2\.0 authorization code/ }).click();
  await expect(field(page, 'Callback URL')).toHaveValue(`${product.url}/api/v1/oauth/callback`);
  await expect(page.getByRole('complementary', { name: 'Register a client at the service' })).toBeVisible();
  await expect(page.getByRole('complementary', { name: 'What will happen' })).toBeVisible();
  await expectFits(page, 'a way by consent');
  await fillOAuth(
    page,
    {
      'Base URL': config.base_url,
      'Test path': config.test_path,
      'Authorization URL': config.authorization_url,
      'Token URL': config.token_url,
      'Revocation URL': config.revocation_url,
      Scopes: config.oauth_scopes,
      'Further parameters': config.oauth_parameters,
    },
    'Behind a real server',
  );
  oidc.resetCounts();
  await throughWindow(page, 'Connect with the service');
  await expect(heading(page, 'Behind a real server')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'The service is connected' })).toBeVisible();
  await expect(stateOf(page, 'Active')).toBeVisible();
  expect(oidc.tokenRequests.authorization_code).toBe(1);
  const seen = await contentOf(page);
  expect(seen).not.toContain(CLIENT.secret);
  await expectAccessible(page, 'connected');
});

test('a token is renewed by hand, and its page tells of it', async ({ page, person, oidc }) => {
  const { id } = await unauthorised(person, oidc, 'To be renewed');
  await page.goto(`/integrations/${id}`);
  await expect(stateOf(page, 'Not connected')).toBeVisible();
  await expectAccessible(page, 'not authorised yet');
  await throughWindow(page, 'Connect with the service');
  await expect(stateOf(page, 'Active')).toBeVisible();
  await tokenTab(page);
  const token = page.getByRole('region', { name: 'Token' });
  await expect(token).toContainText('Valid');
  await expect(token).toContainText('Your organisation’s own');
  oidc.resetCounts();
  await button(token, 'Refresh now').click();
  await expect(page.getByText('The token is renewed.')).toBeVisible();
  expect(oidc.tokenRequests.refresh_token).toBe(1);
  const history = page.getByRole('region', { name: 'History' }).getByRole('listitem');
  await expect(history).toHaveCount(2);
  await expect(history.first()).toContainText('Renewed by hand');
  await expect(history.last()).toContainText('Authorised');
  await expect(page.getByRole('region', { name: 'Permissions' })).toContainText('offline_access');
  await expectAccessible(page, 'the token');
  await expectFits(page, 'the token');
});

test('a refresh token that is dead asks for a new consent, which keeps everything else', async ({
  page,
  person,
  oidc,
}) => {
  const made = await unauthorised(person, oidc, 'Withdrawn there');
  await page.goto(`/integrations/${made.id}?tab=token`);
  await throughWindow(page, 'Connect with the service');
  await expect(stateOf(page, 'Active')).toBeVisible();
  oidc.onToken(() =>
    Promise.resolve({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error: 'invalid_grant', error_description: 'WORDS OF THE PROVIDER' }),
    }),
  );
  await button(page.getByRole('region', { name: 'Token' }), 'Refresh now').click();
  await expect(stateOf(page, 'Not authorised')).toBeVisible();
  oidc.onToken();
  await page.reload();
  expect(await contentOf(page)).not.toContain('WORDS OF THE PROVIDER');
  const token = page.getByRole('region', { name: 'Token' });
  await expect(token).toContainText('Revoked');
  await expect(token).toContainText('No longer accepted');
  await expect(page.getByText('Authorise again: the settings, and what was chosen, are kept.')).toBeVisible();
  await expectAccessible(page, 'a dead token');
  await throughWindow(page, /^Authorise again$/);
  await expect(stateOf(page, 'Active')).toBeVisible();
  const { data } = await person.api.GET('/api/v1/integrations/{id}', { params: { path: { id: made.id } } });
  expect(data?.data.integration).toMatchObject({ id: made.id, name: made.name, config: made.config });
});

test('another secret of the same client is proven before it is kept, and nobody has to authorise again', async ({
  page,
  person,
  oidc,
}) => {
  const { id } = await unauthorised(person, oidc, 'Secret changed');
  await page.goto(`/integrations/${id}`);
  await throughWindow(page, 'Connect with the service');
  await expect(stateOf(page, 'Active')).toBeVisible();
  await tokenTab(page);
  await button(page, 'Change client secret').click();
  const panel = page.getByRole('region', { name: 'Credentials' });
  await field(panel, 'Client ID').fill(CLIENT.id);
  await field(panel, 'Client secret').fill('not-the-secret');
  await button(panel, 'Store the client').click();
  await expect(panel.getByRole('alert')).toContainText('The old client was kept.');
  await field(panel, 'Client secret').fill(CLIENT.secret);
  await button(panel, 'Store the client').click();
  await expect(
    page.getByText('Generic HTTP API takes the client; the integration stays authorised.'),
  ).toBeVisible();
  await expect(stateOf(page, 'Active')).toBeVisible();
});

test('whoever declines is told so, and tries again with what was entered', async ({ page, person, oidc }) => {
  const { id } = await unauthorised(person, oidc, 'Declined at first');
  await page.goto(`/integrations/${id}`);
  oidc.person.denies = true;
  await throughWindow(page, 'Connect with the service');
  await expect(page.getByRole('alert')).toContainText('Access was not granted');
  await expectAccessible(page, 'declined');
  oidc.person.denies = false;
  await throughWindow(page, 'Try again');
  await expect(stateOf(page, 'Active')).toBeVisible();
});

/** What the token endpoint answers in place of its own. */
const answering =
  (body: string, type = 'application/json', status = 200) =>
  () =>
    Promise.resolve({ status, headers: { 'content-type': type }, body });

test('why a consent came to nothing is said where it was begun, in a window and on a full page', async ({
  page,
  person,
  oidc,
}) => {
  const { id } = await unauthorised(person, oidc, 'Comes to nothing');
  const grant = { access_token: 'of-too-little', token_type: 'bearer', scope: 'openid offline_access' };
  oidc.onToken(answering(JSON.stringify(grant)));
  await page.goto(`/integrations/${id}`);
  await throughWindow(page, 'Connect with the service');
  const alert = page.getByRole('alert');
  await expect(alert).toContainText('Fewer permissions were granted than asked for');
  await expect(alert).toContainText('granted less than was asked for: read is missing');
  await expectAccessible(page, 'too little was granted');

  oidc.onToken(answering('{}', 'application/json', 503));
  await throughWindow(page, 'Try again');
  await expect(alert).toContainText('is not able to answer now. Try again in a few minutes.');

  oidc.onToken(answering('<html>Back soon</html>', 'text/html'));
  await page.evaluate(() => {
    window.open = () => null;
  });
  await button(page, 'Try again').click();
  await button(page, 'Continue in this window').click();
  await expect(heading(page, 'The service did not hand over a token')).toBeVisible();
  await expect(page.getByText('answered with a web page in place of a token')).toBeVisible();
  await expectFits(page, 'why it came to nothing');
  oidc.onToken();
  await button(page, 'Try again').click();
  await expect(page.getByRole('status').filter({ hasText: 'The service is connected' })).toBeVisible();
});
