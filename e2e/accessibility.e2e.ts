import { expectAccessible } from './support/accessible';
import { argocd, connect, type Person, register, signIn } from './support/people';
import { button, chooseService, field, fillWizard, heading, stateOf } from './support/screen';
import { expect, test } from './support/test';

test.use({ installation: 'accessibility', quiet: true });
test.describe.configure({ mode: 'serial' });

let person: Person;

test('setting up', async ({ page, product, request }) => {
  await page.goto('/');
  await expect(heading(page, 'Set up Latchkey')).toBeVisible();
  await expectAccessible(page, 'set-up');
  await button(page, 'Create account and organisation').click();
  await expect(field(page, 'E-mail')).toHaveAccessibleDescription(/Enter an e-mail address/);
  await expectAccessible(page, 'set-up with mistakes');
  person = await register(product, request);
});

test('signing in and up', async ({ page }) => {
  await page.goto('/sign-in');
  await expect(heading(page, 'Sign in')).toBeVisible();
  await expectAccessible(page, 'sign-in');
  await page.goto('/sign-up');
  await field(page, 'Password').fill('short');
  await expectAccessible(page, 'sign-up');
});

test.describe('signed in', () => {
  test.beforeEach(({ context, product }) => signIn(context, product, person));

  test('connecting', async ({ page }) => {
    await page.goto('/integrations');
    await expect(page.getByRole('heading', { name: 'Connect your first service' })).toBeVisible();
    await expectAccessible(page, 'no integrations');
    await page.goto('/integrations/new');
    await expect(page.getByRole('list', { name: 'Services' })).toBeVisible();
    await expectAccessible(page, 'services');
    await page.goto('/integrations/new?q=nothing-like-it');
    await expect(page.getByRole('heading', { name: 'No such service here' })).toBeVisible();
    await expectAccessible(page, 'no such service');

    await chooseService(page, 'prom', 'Prometheus');
    await button(page, 'Continue').click();
    await expect(field(page, 'Password')).toHaveAccessibleDescription(/Fill in this field/);
    await expectAccessible(page, 'credentials with mistakes');

    await chooseService(page, 'argo', 'Argo CD');
    await field(page, 'Authentication token').fill('eyJ-token');
    await button(page, 'Continue').click();
    await expect(field(page, 'Server URL')).toBeVisible();
    await expectAccessible(page, 'configuration');
  });

  test('a passed test', async ({ page, services }) => {
    services.accept('accessible', 'eyJ-token');
    await chooseService(page, 'argo', 'Argo CD');
    await fillWizard(page, {
      credentials: { 'Authentication token': 'eyJ-token' },
      configuration: { 'Server URL': 'https://argocd.example.com/accessible' },
    });
    await expect(page.getByRole('status')).toContainText('Connection successful');
    await expectAccessible(page, 'passed test');
  });

  test('an integration that works', async ({ page }) => {
    const { id } = await connect(person, argocd('Works', 'works'));
    await page.goto('/integrations?view=cards');
    await expect(page.getByRole('list', { name: 'Integrations' })).toBeVisible();
    await expectAccessible(page, 'cards');
    await page.goto('/integrations?view=table');
    await expect(page.getByRole('table', { name: 'Integrations' })).toBeVisible();
    await expectAccessible(page, 'table');
    await page.goto('/integrations?q=nothing-like-it');
    await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
    await expectAccessible(page, 'nothing matches');
    await page.goto(`/integrations/${id}`);
    await expect(page.getByRole('img', { name: /^Response times/ })).toBeVisible();
    await expectAccessible(page, 'overview');
    await page.goto(`/integrations/${id}?tab=use`);
    await expect(page.getByRole('region', { name: 'From a program' })).toBeVisible();
    await expectAccessible(page, 'use of an integration');
    await page.goto(`/integrations/${id}?tab=activity`);
    await expect(page.getByRole('region', { name: 'Activity' }).getByRole('listitem').first()).toBeVisible();
    await expectAccessible(page, 'activity');
    await page.goto(`/integrations/${id}?tab=settings`);
    await expect(page.getByText('Set, unchanged')).toBeVisible();
    await expectAccessible(page, 'settings of an integration');
    await button(page, 'Replace credentials').click();
    await expect(field(page, 'Authentication token')).toBeVisible();
    await expectAccessible(page, 'new credentials');
    await button(page, 'Delete…').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'deleting');
  });

  test('integrations that do not', async ({ page, services }) => {
    services.set('broken', 'failing');
    const broken = await connect(person, { ...argocd('Does not', 'broken'), test: false });
    const resting = await connect(person, argocd('Rests', 'rests'));
    await person.api.POST('/api/v1/integrations/{id}/disable', { params: { path: { id: resting.id } } });
    await page.goto(`/integrations/${broken.id}`);
    await expect(stateOf(page, 'Broken')).toBeVisible({ timeout: 20_000 });
    await expectAccessible(page, 'a broken integration');
    await page.goto(`/integrations/${resting.id}`);
    await expect(page.getByText('This integration is disabled')).toBeVisible();
    await expectAccessible(page, 'a disabled integration');
    await page.goto('/integrations');
    await expect(page.getByText('Argo CD answered with an error of its own')).toBeVisible();
    await expectAccessible(page, 'cards of all states');
    await button(page, /^Notifications/).click();
    await expect(page.getByRole('link', { name: /^Does not is broken/ })).toBeVisible();
    await expectAccessible(page, 'notifications');
  });

  test('the shell', async ({ page }) => {
    await page.goto('/integrations');
    await button(page, /Account of/).click();
    await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
    await expectAccessible(page, 'account menu');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Control+k');
    await expect(page.getByRole('option').first()).toBeVisible();
    await expectAccessible(page, 'palette');
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog')).toBeHidden();
    await page.setViewportSize({ width: 360, height: 740 });
    await button(page, 'Open the navigation').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'navigation of a telephone');
  });

  test('settings', async ({ page }) => {
    for (const place of ['profile', 'organization', 'appearance', 'tokens', 'tokens/new', 'keys']) {
      await page.goto(`/settings/${place}`);
      await expect(page.getByRole('heading', { level: 2 }).first()).toBeVisible();
      await expectAccessible(page, place);
    }
  });

  test('a token', async ({ page }) => {
    await page.goto('/settings/tokens/new');
    await field(page, 'Name').fill('Accessible');
    await page.getByRole('radio', { name: 'Only some', exact: true }).click();
    await button(page, 'Make the token').click();
    await expect(page.getByText('Choose at least one, or allow all integrations.')).toBeVisible();
    await expectAccessible(page, 'new token with mistakes');
    await page.getByRole('radio', { name: /^All of the organisation/ }).click();
    await button(page, 'Make the token').click();
    await expect(button(page, 'Copy the token')).toBeVisible();
    await expectAccessible(page, 'token shown');
    await button(page, 'Done').click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'leaving without the token');
    await button(page, 'Leave without it').click();
    await expect(button(page, 'Rotate…')).toBeVisible();
    await expectAccessible(page, 'a token');
    await page.goto('/settings/tokens');
    await expect(page.getByRole('table', { name: 'Service tokens' })).toBeVisible();
    await expectAccessible(page, 'tokens');
  });

  test('keys at work', async ({ page }) => {
    await page.goto('/settings/keys');
    await page
      .getByRole('button', { name: /^Rotate: / })
      .first()
      .click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectAccessible(page, 'rotating a key');
    await button(page, 'Rotate the key').click();
    await expect(page.getByRole('table', { name: 'History of the keys' })).toBeVisible({ timeout: 20_000 });
    await expectAccessible(page, 'keys after a rotation');
  });

  test('an address where nothing is', async ({ page }) => {
    await page.goto('/no/such/page');
    await expect(heading(page, 'Page not found')).toBeVisible();
    await expectAccessible(page, 'page not found');
  });
});

test.describe('refused calls are expected here', () => {
  test.use({ quiet: false });
  test.beforeEach(({ context, product }) => signIn(context, product, person));

  test('a failed test', async ({ page }) => {
    await chooseService(page, 'argo', 'Argo CD');
    await fillWizard(page, {
      credentials: { 'Authentication token': 'eyJ-wrong' },
      configuration: { 'Server URL': 'https://argocd.example.com' },
    });
    await expect(page.getByRole('alert')).toContainText('The credentials were refused');
    await expectAccessible(page, 'failed test');
  });

  test('an integration that is not here', async ({ page }) => {
    await page.goto('/integrations/01a1f807-0207-76e0-853d-88b57005c87d');
    await expect(page.getByRole('heading', { name: 'This integration is not here' })).toBeVisible();
    await expectAccessible(page, 'integration not found');
  });
});
