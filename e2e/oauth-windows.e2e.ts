import { expectAccessible, expectFits } from './support/accessible';
import { CLIENT, expect, test, throughWindow, unauthorised, windowOf } from './support/oauth-test';
import { button, chooseService, field, heading, stateOf, storageOf } from './support/screen';

test.use({ installation: 'oauth' });

test('a blocked window is offered as a full page, which comes back', async ({ page, person, oidc }) => {
  const { id } = await unauthorised(person, oidc, 'On a full page');
  await page.addInitScript(() => {
    window.open = () => null;
  });
  await page.goto(`/integrations/${id}`);
  await button(page, 'Connect with the service').click();
  await expect(page.getByRole('alert')).toContainText('The browser did not let the window open');
  await expectAccessible(page, 'a blocked window');
  await button(page, 'Continue in this window').click();
  await expect(heading(page, 'On a full page')).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'The service is connected' })).toBeVisible();
  await expect(page).toHaveURL(new RegExp(`/integrations/${id}\\?connected=true$`));
});

test('declined on a full page: said there, with one button to try again', async ({ page, person, oidc }) => {
  const { id } = await unauthorised(person, oidc, 'Declined on a page');
  await page.addInitScript(() => {
    window.open = () => null;
  });
  await page.goto(`/integrations/${id}`);
  await button(page, 'Connect with the service').click();
  oidc.person.denies = true;
  await button(page, 'Continue in this window').click();
  await expect(heading(page, 'Access was not granted')).toBeVisible();
  expect(new URL(page.url()).pathname).toBe('/connect/result');
  await expectAccessible(page, 'declined on a full page');
  await expectFits(page, 'declined on a full page');
  oidc.person.denies = false;
  await button(page, 'Try again').click();
  await expect(page.getByRole('status').filter({ hasText: 'The service is connected' })).toBeVisible();
});

test('a window that is closed is noticed', async ({ page, person, providers }) => {
  providers.willAnswer('think');
  await chooseService(page, 'netlify', 'Netlify');
  await page.getByRole('radio', { name: /^OAuth/ }).click();
  await button(page, 'Continue').click();
  const popup = await windowOf(page, 'Connect with Netlify');
  await expect(popup.getByRole('heading', { name: 'May Latchkey?' })).toBeVisible();
  expect(await popup.evaluate(() => window.opener === null)).toBe(true);
  await expect(page.getByRole('status')).toContainText('Waiting for Netlify');
  await expectAccessible(page, 'waiting');
  await popup.close();
  await expect(page.getByRole('alert')).toContainText('The window was closed before the connection was made');
  await expectAccessible(page, 'closed');
  await expectFits(page, 'closed');
  providers.willAnswer('agree');
  await throughWindow(page, 'Try again');
  await expect(stateOf(page, 'Active')).toBeVisible();
  const { data } = await person.api.GET('/api/v1/integrations');
  expect(data?.data.pagination.total).toBe(1);
});

test('a word of the window that is lost is made up for by asking the server', async ({
  page,
  person,
  oidc,
}) => {
  const { id } = await unauthorised(person, oidc, 'Word lost');
  await page.context().addInitScript(() => {
    BroadcastChannel.prototype.postMessage = () => undefined;
  });
  await page.goto(`/integrations/${id}`);
  await throughWindow(page, 'Connect with the service');
  await expect(page.getByRole('status').filter({ hasText: 'The service is connected' })).toBeVisible();
});

test('a callback that is visited twice says that it counts once', async ({ page, person, oidc }) => {
  const { id } = await unauthorised(person, oidc, 'Visited twice');
  await page.addInitScript(() => {
    window.open = () => null;
  });
  const callbacks: string[] = [];
  page.on('request', (request) => {
    if (request.url().includes('/api/v1/oauth/callback')) callbacks.push(request.url());
  });
  await page.goto(`/integrations/${id}`);
  await button(page, 'Connect with the service').click();
  await button(page, 'Continue in this window').click();
  await expect(stateOf(page, 'Active')).toBeVisible();
  await page.goto(callbacks[0] ?? '');
  await expect(heading(page, 'This answer was used before')).toBeVisible();
  await page.getByRole('link', { name: 'Go to the integration' }).click();
  await expect(stateOf(page, 'Active')).toBeVisible();
});

test('a window that cannot close itself says so', async ({ page }) => {
  await page.addInitScript(() => {
    window.close = () => undefined;
  });
  await page.goto('/integrations');
  await page.goto('/connect/result?flow=connect&outcome=failed&code=OAUTH_DENIED&display=popup');
  await expect(heading(page, 'Access was not granted')).toBeVisible();
  await expect(page.getByRole('main')).toContainText('You can close this window');
  await expectAccessible(page, 'a window that stays');
});

test.describe('refused calls are expected here', () => {
  test('an address of the result that somebody made up harms nothing', async ({ page }) => {
    const evil = '<img src=x onerror=alert(1)>';
    const made = new URLSearchParams({ flow: 'connect', outcome: 'failed', code: evil, integration: evil });
    await page.goto(`/connect/result?${made}`);
    await expect(heading(page, 'The connection was not made')).toBeVisible();
    expect(await page.locator('main').innerHTML()).not.toContain('img src=x');
    await button(page, 'Go to integrations')
      .or(page.getByRole('link', { name: 'Go to integrations' }))
      .click();
    await expect(page).toHaveURL(/\/integrations/);
    for (const code of ['OAUTH_STATE_INVALID', 'OAUTH_STATE_EXPIRED', 'OAUTH_STATE_USED', 'NOT_FOUND']) {
      await page.goto(`/connect/result?flow=connect&outcome=failed&code=${code}`);
      await expect(page.getByRole('main').getByRole('link')).toHaveCount(1);
    }
  });
});

test('the draft of a way by consent survives a reload without its secret', async ({ page }) => {
  await chooseService(page, 'slack', 'Slack');
  await page.getByRole('radio', { name: /^OAuth/ }).click();
  await field(page, 'Client ID').fill('1.2');
  await field(page, 'Client secret').fill(CLIENT.secret);
  await page.getByRole('checkbox', { name: /^Posting to public channels/ }).click();
  await page.reload();
  await expect(field(page, 'Client ID')).toHaveValue('1.2');
  await expect(field(page, 'Client secret')).toHaveValue('');
  await expect(page.getByRole('checkbox', { name: /^Posting to public channels/ })).not.toBeChecked();
  await expect(page.getByRole('checkbox', { name: /^Posting messages/ })).toBeDisabled();
  expect(await storageOf(page)).not.toContain(CLIENT.secret);
  await expectAccessible(page, 'permissions to choose');
  await expectFits(page, 'permissions to choose');
});
