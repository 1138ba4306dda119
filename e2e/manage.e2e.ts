import type { Locator, Page } from '@playwright/test';
import { TOKENS } from './support/counterpart';
import { argocd, connect, github, slack } from './support/people';
import { button, field, heading, stateOf } from './support/screen';
import { expect, signedInTest as test } from './support/test';

const names = (page: Page): Locator => page.getByRole('list', { name: 'Integrations' }).getByRole('link');
const openSettings = (page: Page) => page.getByRole('tab', { name: 'Settings' }).click();

test.describe('the list', () => {
  test.beforeEach(async ({ page, person, services }) => {
    services.set('beta', 'failing');
    await connect(person, argocd('Alpha deployments', 'alpha'));
    await connect(person, { ...argocd('Beta deployments', 'beta'), test: false });
    await connect(person, github('Source code'));
    const chat = await connect(person, slack('Team chat'));
    await person.api.POST('/api/v1/integrations/{id}/disable', { params: { path: { id: chat.id } } });
    await page.goto('/integrations');
    await expect(names(page)).toHaveCount(4);
  });

  test('is searched and filtered, and its address holds what was chosen', async ({ page }) => {
    const search = page.getByRole('searchbox', { name: 'Search integrations' });
    await search.fill('deploy');
    await expect(names(page)).toHaveCount(2);
    await expect(page).toHaveURL(/\?q=deploy/);
    await expect(page.getByText('2 matches')).toBeVisible();
    await page.reload();
    await expect(search).toHaveValue('deploy');
    await expect(names(page)).toHaveCount(2);
    await button(page, 'Clear the search').click();
    await expect(names(page)).toHaveCount(4);
    await expect(page).toHaveURL('/integrations');

    const states = page.getByRole('group', { name: 'State' });
    await states.getByRole('button', { name: /^Disabled/ }).click();
    await expect(names(page)).toHaveText(['Team chat']);
    await expect(page).toHaveURL(/status=disabled/);
    await states.getByRole('button', { name: /^All/ }).click();

    await page.getByRole('combobox', { name: 'Type' }).click();
    await page.getByRole('option', { name: 'GitHub' }).click();
    await expect(names(page)).toHaveText(['Source code']);
    await expect(page).toHaveURL(/type=github/);
    await states.getByRole('button', { name: /^Disabled/ }).click();
    await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
    await button(page, 'Clear filters').click();
    await expect(names(page)).toHaveCount(4);

    await page.getByRole('combobox', { name: 'Category' }).click();
    await page.getByRole('option', { name: 'Communication' }).click();
    await expect(names(page)).toHaveText(['Team chat']);
    await page.goto('/integrations?sort=name');
    await expect(names(page)).toHaveText([
      'Alpha deployments',
      'Beta deployments',
      'Source code',
      'Team chat',
    ]);
  });

  test('is shown as cards or as a table, and remembers which', async ({ page }) => {
    await button(page, 'Table').click();
    const table = page.getByRole('table', { name: 'Integrations' });
    await expect(table.getByRole('row', { name: /Alpha deployments.*Active/ })).toBeVisible();
    await expect(table.getByRole('row', { name: /Team chat.*Disabled/ })).toBeVisible();
    await expect(page).toHaveURL(/view=table/);
    await page.goto('/integrations');
    await expect(table).toBeVisible();
    await button(page, 'Cards').click();
    await expect(names(page)).toHaveCount(4);
  });

  test('says of a broken one why it is', async ({ page }) => {
    await page.clock.install();
    await page.goto('/integrations');
    await expect(async () => {
      await page.clock.fastForward(31_000);
      const card = page.getByRole('listitem').filter({ hasText: 'Beta deployments' });
      await expect(card).toContainText('Broken', { timeout: 1000 });
      await expect(card).toContainText('Argo CD answered with an error of its own', { timeout: 1000 });
    }).toPass({ timeout: 20_000 });
  });
});

test('name and configuration are edited, and a wrong value is told at its field', async ({
  page,
  person,
  services,
}) => {
  const { id } = await connect(person, argocd('Deployments', 'edited'));
  await page.goto(`/integrations/${id}?tab=settings`);
  const details = page.getByRole('region', { name: 'Details and configuration' });
  await expect(button(details, 'Save changes')).toBeDisabled();
  await field(details, 'Name').fill('Deployments of Europe');
  await field(details, 'Namespace').fill('Not A Namespace');
  await button(details, 'Save changes').click();
  await expect(field(details, 'Namespace')).toHaveAccessibleDescription(/Must be a Kubernetes namespace/);
  await field(details, 'Namespace').fill('europe');
  await button(details, 'Save changes').click();
  await expect(page.getByText('The changes are saved.')).toBeVisible();
  await expect(heading(page, 'Deployments of Europe')).toBeVisible();

  services.requests.length = 0;
  await button(page, 'Test now').click();
  await expect(page.getByRole('status').filter({ hasText: 'Connection successful' })).toBeVisible();
  expect(services.askedOf('edited').map(({ path }) => path)).toContainEqual(
    expect.stringContaining('appNamespace=europe'),
  );
  await page.reload();
  await expect(field(details, 'Namespace')).toHaveValue('europe');
});

test('wrong credentials replace nothing, right ones take the place of the old', async ({
  page,
  person,
  services,
}) => {
  const { id } = await connect(person, argocd('Guarded', 'guarded'));
  await page.goto(`/integrations/${id}`);
  await openSettings(page);
  const credentials = page.getByRole('region', { name: 'Credentials' });
  await expect(credentials).toContainText('Set, unchanged');

  await button(credentials, 'Replace credentials').click();
  await field(credentials, 'Authentication token').fill('eyJ-mistyped');
  await button(credentials, 'Test and replace').click();
  const alert = credentials.getByRole('alert');
  await expect(alert).toContainText('The old credentials were kept.');
  await expect(alert).toContainText('Invalid authentication token');
  await button(credentials, 'Cancel').click();
  await expect(stateOf(page, 'Active')).toBeVisible();
  await button(page, 'Test now').click();
  await expect(page.getByRole('status').filter({ hasText: 'Connection successful' })).toBeVisible();

  const next = 'eyJ-the-next-token';
  services.accept('guarded', next);
  await button(credentials, 'Replace credentials').click();
  await field(credentials, 'Authentication token').fill(next);
  await button(credentials, 'Test and replace').click();
  await expect(page.getByText('The new credentials work and are stored.')).toBeVisible();
  await expect(credentials).toContainText('Set, unchanged');
  services.requests.length = 0;
  await button(page, 'Test now').click();
  await expect(page.getByRole('status').filter({ hasText: 'Connection successful' })).toBeVisible();
  expect(services.askedOf('guarded').at(-1)?.headers.authorization).toBe(`Bearer ${next}`);
  expect(TOKENS.argocd).not.toBe(next);
});

test('it is disabled for a while, and enabled again', async ({ page, person }) => {
  const { id } = await connect(person, argocd('Resting', 'resting'));
  await page.goto(`/integrations/${id}?tab=settings`);
  await button(page, 'Disable').click();
  await expect(page.getByText('“Resting” is disabled.')).toBeVisible();
  await expect(stateOf(page, 'Disabled')).toBeVisible();
  await expect(page.getByText('This integration is disabled')).toBeVisible();
  await expect(button(page, 'Test now')).toHaveAttribute('aria-disabled', 'true');

  await button(page.getByRole('region', { name: 'Danger zone' }), 'Enable').click();
  await expect(page.getByText('“Resting” is enabled.')).toBeVisible();
  await expect(stateOf(page, 'Active')).toBeVisible({ timeout: 20_000 });
});

test('its health is drawn, and its activity listed', async ({ page, person }) => {
  const { id } = await connect(person, argocd('Healthy', 'healthy'));
  await page.goto(`/integrations/${id}`);
  const health = page.getByRole('region', { name: 'Health' });
  await expect(health.getByRole('img', { name: /^Response times: \d+ checks?, 0 failed/ })).toBeVisible();
  await expect(health).toContainText('100 %');
  await expect(health).toContainText('None in this time.');
  await health.getByText('7d', { exact: true }).click();
  await expect(page).toHaveURL(/window=7d/);
  await expect(health.getByRole('radio', { name: '7d' })).toBeChecked();

  await button(page, 'Test now').click();
  await expect(page.getByRole('status').filter({ hasText: 'Connection successful' })).toBeVisible();
  await page.getByRole('tab', { name: 'Activity' }).click();
  const activity = page.getByRole('region', { name: 'Activity' }).getByRole('listitem');
  await expect(activity.filter({ hasText: 'Connection test' }).first()).toContainText(
    'Connection successful',
  );
  await expect(activity.filter({ hasText: 'Connection test' }).first()).toContainText('success');
});

test('deleting asks for the name, typed', async ({ page, person }) => {
  const { id } = await connect(person, argocd('Farewell', 'farewell'));
  await page.goto(`/integrations/${id}?tab=settings`);
  await button(page, 'Delete…').click();
  const dialog = page.getByRole('dialog', { name: 'Delete “Farewell”?' });
  const confirm = button(dialog, 'Delete integration');
  await expect(confirm).toBeDisabled();
  await dialog.getByRole('textbox').fill('farewell');
  await expect(confirm).toBeDisabled();
  await dialog.getByRole('textbox').fill('Farewell');
  await confirm.click();
  await expect(page.getByText('“Farewell” is deleted.')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Connect your first service' })).toBeVisible();
  await page.goto(`/integrations/${id}`);
  await expect(page.getByRole('heading', { name: 'This integration is not here' })).toBeVisible();
});

test('an address where nothing is says so and leads back', async ({ page }) => {
  await page.goto('/no/such/page');
  await expect(heading(page, 'Page not found')).toBeVisible();
  await page.getByRole('link', { name: 'Go to integrations' }).click();
  await expect(heading(page, 'Integrations')).toBeVisible();
});

test('the keyboard reaches what matters', async ({ page, person }) => {
  const { id } = await connect(person, argocd('Keyboard target', 'keyboard'));
  await page.goto('/integrations');
  await expect(names(page)).toHaveCount(1);
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Skip to content' })).toBeFocused();

  await page.keyboard.press('/');
  await expect(page.getByRole('searchbox', { name: 'Search integrations' })).toBeFocused();
  await page.keyboard.type('c');
  await expect(page).toHaveURL(/\?q=c/);
  await page.keyboard.press('Backspace');
  await page.keyboard.press('Tab');

  await page.getByRole('main').focus();
  await page.keyboard.press('c');
  await expect(heading(page, 'Connect a service')).toBeVisible();

  await page.keyboard.press('Control+k');
  const palette = page.getByRole('dialog', { name: 'Search and commands' });
  await expect(palette.getByRole('textbox')).toBeFocused();
  await page.keyboard.type('keyboard');
  await expect(palette.getByRole('option', { name: /Keyboard target/ })).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(`/integrations/${id}`);
  await expect(palette).toBeHidden();

  await page.getByRole('main').focus();
  await page.keyboard.press('g');
  await page.keyboard.press('s');
  await expect(heading(page, 'Settings')).toBeVisible();
  await page.keyboard.press('Control+k');
  await expect(palette.getByRole('textbox')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(palette).toBeHidden();
});

test('light and dark follow the system until somebody chooses', async ({ page, person }) => {
  const html = page.locator('html');
  const scheme = 'data-mantine-color-scheme';
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.goto('/integrations');
  await expect(html).toHaveAttribute(scheme, 'dark');
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(html).toHaveAttribute(scheme, 'light');

  await page.getByRole('button', { name: `Account of ${person.name}` }).click();
  await page.getByRole('menuitemradio', { name: 'Dark' }).click();
  await expect(html).toHaveAttribute(scheme, 'dark');
  await page.reload();
  await expect(html).toHaveAttribute(scheme, 'dark');
  await page.goto('/settings/appearance');
  await page.getByRole('radiogroup', { name: 'Colours' }).getByText('Light').click();
  await expect(html).toHaveAttribute(scheme, 'light');
});

test('nothing is wider than a telephone of 360 pixels', async ({ page, person }) => {
  const long = 'A name that nobody would choose but somebody will: eu-west-1-production-blue-green';
  const { id } = await connect(person, argocd(long, 'narrow'));
  await page.setViewportSize({ width: 360, height: 740 });
  const screens = [
    '/integrations',
    '/integrations?view=table',
    '/integrations/new',
    '/integrations/new?type=prometheus',
    `/integrations/${id}`,
    `/integrations/${id}?tab=use`,
    `/integrations/${id}?tab=activity`,
    `/integrations/${id}?tab=settings&edit=credentials`,
    '/settings/profile',
    '/settings/organization',
    '/settings/appearance',
    '/settings/tokens',
    '/settings/tokens/new',
  ];
  for (const screen of screens) {
    await page.goto(screen);
    await expect(page.getByRole('main').getByRole('heading', { level: 1 })).toBeVisible();
    await expect(page.locator('main .mantine-Skeleton-root')).toHaveCount(0);
    const beyond = await page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    expect(beyond, `pixels of ${screen} beyond the edge`).toBeLessThanOrEqual(0);
  }
  await button(page, 'Open the navigation').click();
  await page.getByRole('dialog').getByRole('link', { name: 'Integrations' }).click();
  await expect(heading(page, 'Integrations')).toBeVisible();
  await expect(page.getByRole('dialog')).toBeHidden();
});
