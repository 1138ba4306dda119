import type { Page } from '@playwright/test';
import { expectAccessible, expectFits } from './support/accessible';
import { expect, test } from './support/github-test';
import { connect, slack } from './support/people';
import { button, field, heading, stateOf } from './support/screen';

test.use({ installation: 'github-app', quiet: true });

const rowOf = (page: Page, name: string) =>
  page.getByRole('table', { name: 'Repositories' }).getByRole('row', { name: new RegExp(`^${name}`) });

async function expectUsable(page: Page, screen: string): Promise<void> {
  await expectAccessible(page, screen);
  await expectFits(page, screen);
}

/** From the wizard to GitHub, where the App is created, and back. */
async function createApp(page: Page): Promise<void> {
  await page.goto('/integrations/new?type=github&method=app');
  await field(page, 'GitHub organisation').fill('acme');
  await button(page, 'Create a GitHub App').click();
  await button(page, 'Continue to GitHub').click();
  await page.getByRole('button', { name: /^Create GitHub App for/ }).click();
  await expect(heading(page, 'The GitHub App is created')).toBeVisible();
}

/** From the page of results to GitHub, where the App is installed, and back to what it reaches. */
async function install(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Install it' }).click();
  await button(page, 'Install on GitHub').click();
  await button(page, 'Install').click();
  await button(page, 'Authorize').click();
  await expect(heading(page, 'GitHub is connected')).toBeVisible();
  await page.getByRole('link', { name: 'See its repositories' }).click();
  await expect(rowOf(page, 'acme/billing')).toBeVisible();
}

test('the form for a new App says what it wants', async ({ page }) => {
  await page.goto('/integrations/new?type=github');
  await page.getByRole('radio', { name: /^Install a GitHub App/ }).click();
  await expect(page.getByText('A GitHub App is an account of its own for Latchkey')).toBeVisible();
  await expect(page.getByText('GitHub cannot send news to this address')).toBeVisible();
  await expectUsable(page, 'no App yet');
  await page.getByRole('switch', { name: 'It is on GitHub Enterprise Server' }).click();
  await button(page, 'Create a GitHub App').click();
  await expect(field(page, 'GitHub organisation')).toHaveAccessibleDescription(
    /Enter the organisation’s name/,
  );
  await expect(field(page, 'Address of GitHub Enterprise Server')).toHaveAccessibleDescription(
    /Enter its address/,
  );
  await expectUsable(page, 'a new App with mistakes');
});

test('an App is created, installed and listed, with nothing copied', async ({ page, github, product }) => {
  await createApp(page);
  const { app } = github.api;
  expect(app?.owner).toBe('acme');
  expect(app?.manifest).toMatchObject({ public: false, redirect_url: expect.stringContaining(product.url) });
  await expectUsable(page, 'App created');
  await page.getByRole('link', { name: 'Install it' }).click();
  await expect(page.getByRole('radio', { name: new RegExp(`^${app?.name}`) })).toBeChecked();
  await page.goBack();
  await install(page);

  await expect(page.getByText(/^Synced .*: 3 added\.$/)).toBeVisible();
  await expect(rowOf(page, 'acme/billing')).toContainText('Private');
  await expect(rowOf(page, 'acme/website')).toContainText('Public');
  await expect(rowOf(page, 'acme/intranet')).toContainText(/Archived.*master/);
  await expectUsable(page, 'repositories');
  const archived = page.getByRole('radiogroup', { name: 'Archived or not' });
  await archived.getByText('Archived', { exact: true }).click();
  await expect(page).toHaveURL(/archived=true/);
  await expect(rowOf(page, 'acme/billing')).toHaveCount(0);
  await expect(rowOf(page, 'acme/intranet')).toBeVisible();
  await archived.getByText('All').click();
  await page.getByRole('searchbox', { name: 'Search repositories' }).fill('web');
  await expect(rowOf(page, 'acme/intranet')).toHaveCount(0);
  await expect(rowOf(page, 'acme/website')).toBeVisible();
  await expect(stateOf(page, 'Active')).toBeVisible({ timeout: 20_000 });
  for (const secret of [app?.clientSecret, app?.webhookSecret, 'BEGIN RSA PRIVATE KEY']) {
    expect(product.logs()).not.toContain(secret);
  }

  await page.goto('/settings/github-apps');
  const panel = page.getByRole('region', { name: app?.name });
  await expect(panel).toContainText(/Installations here\s*1/);
  await button(panel, `Delete ${app?.name}…`).focus();
  await expect(page.getByText('Integrations use it. Delete them first.')).toBeVisible();
});

test('an App that nothing uses is deleted by its name', async ({ page, github }) => {
  await createApp(page);
  const name = github.api.app?.name ?? '';
  await page.goto('/integrations/new?type=github&method=app');
  await expect(button(page, 'Install on GitHub')).toBeVisible();
  await expectUsable(page, 'an App to install');
  await page.goto('/settings');
  await page.getByRole('link', { name: 'GitHub Apps' }).click();
  const panel = page.getByRole('region', { name });
  await expect(panel).toContainText(`https://github.com/apps/${github.api.app?.slug}`);
  await expectUsable(page, 'GitHub Apps');
  await button(panel, `Delete ${name}…`).click();
  const dialog = page.getByRole('dialog', { name: `Delete “${name}”?` });
  await expect(button(dialog, 'Delete the App')).toBeDisabled();
  await expectAccessible(page, 'deleting an App');
  await dialog.getByRole('textbox', { name: `Type ${name} to confirm` }).fill(name);
  await button(dialog, 'Delete the App').click();
  await expect(page.getByRole('heading', { name: 'No GitHub App yet' })).toBeVisible();
  await expectUsable(page, 'no GitHub Apps');
});

test('what changes on GitHub shows: a new name, another repository, one that went', async ({
  page,
  github,
}) => {
  await createApp(page);
  await install(page);
  const [billing, , intranet] = github.api.repositories;
  if (!billing || !intranet) throw new Error('no repositories are played');
  billing.full_name = 'acme/invoices';
  expect(
    await github.deliver('repository', {
      action: 'renamed',
      changes: { repository: { name: { from: 'billing' } } },
      repository: github.api.told(billing),
    }),
  ).toBeLessThan(300);
  await expect(async () => {
    await page.reload();
    await expect(rowOf(page, 'acme/invoices')).toBeVisible({ timeout: 2000 });
  }).toPass();
  await expect(rowOf(page, 'acme/billing')).toHaveCount(0);

  github.api.repositories = [
    ...github.api.repositories.filter(({ id }) => id !== intranet.id),
    { id: 104, full_name: 'acme/new', default_branch: 'main', visibility: 'private', archived: false },
  ];
  await button(page, 'Sync now').click();
  await expect(page.getByText(/1 added, 1 removed/)).toBeVisible();
  await expect(rowOf(page, 'acme/new')).toBeVisible();
  await expect(rowOf(page, 'acme/intranet')).toContainText('Out of reach');
  await expectUsable(page, 'a repository out of reach');
});

test('an installation that was begun on GitHub is claimed by whoever sees it there', async ({
  page,
  github,
}) => {
  await createApp(page);
  github.api.sees = false;
  await page.goto(github.setupAddress);
  await expect(heading(page, 'Connect an installation')).toBeVisible();
  await expectUsable(page, 'claim');
  await button(page, 'Prove on GitHub that it is yours').click();
  await button(page, 'Authorize').click();
  await expect(heading(page, 'This installation is not yours to connect')).toBeVisible();
  await expectUsable(page, 'not yours');

  github.api.sees = true;
  await page.goto(github.setupAddress);
  await button(page, 'Prove on GitHub that it is yours').click();
  await button(page, 'Authorize').click();
  await expect(heading(page, 'GitHub is connected')).toBeVisible();
  await page.getByRole('link', { name: 'See its repositories' }).click();
  await expect(rowOf(page, 'acme/website')).toBeVisible();
});

test('whoever is signed out keeps the installation through the sign-in', async ({
  page,
  person,
  context,
}) => {
  await context.clearCookies();
  await page.goto('/github-app/claim?installation_id=4711');
  await field(page, 'E-mail').fill(person.email);
  await field(page, 'Password').fill(person.password);
  await button(page, 'Sign in').click();
  await expect(page.getByText('Installation 4711 was not begun here')).toBeVisible();
  await expect(page.getByText('Your organisation has no such GitHub App')).toBeVisible();
});

test('a suspended installation says so, and where to press', async ({ page, github }) => {
  await createApp(page);
  await install(page);
  github.api.suspended = true;
  expect(
    await github.deliver('installation', { action: 'suspend', installation: github.api.installation() }),
  ).toBeLessThan(300);
  await expect(async () => {
    await page.reload();
    await expect(page.getByText('The installation on acme is suspended on GitHub')).toBeVisible({
      timeout: 2000,
    });
  }).toPass({ timeout: 20_000 });
  const settings = 'https://github.com/organizations/acme/settings/installations/4711';
  await expect(page.getByRole('link', { name: settings })).toHaveAttribute('href', settings);
  await expectUsable(page, 'suspended');
});

test('without a webhook the next check finds out, and what was tried is told', async ({ page, github }) => {
  await createApp(page);
  await install(page);
  await expect(stateOf(page, 'Active')).toBeVisible({ timeout: 20_000 });
  github.api.suspended = true;
  await page.getByRole('tab', { name: 'Overview' }).click();
  const attempts = page.getByRole('list', { name: 'Attempts at recovery' });
  await expect(async () => {
    await page.reload();
    await expect(attempts).toContainText('The installation on GitHub needs a person', { timeout: 2000 });
  }).toPass({ timeout: 30_000 });
  await expect(attempts).toContainText('the installation on acme is suspended');
  await expectUsable(page, 'recovery');
});

test('a request that an owner has to approve', async ({ page }) => {
  await page.goto('/connect/result?flow=github_install&outcome=pending');
  await expect(heading(page, 'An owner has to approve it')).toBeVisible();
  await expectUsable(page, 'pending');
});

test('channels of Slack are mapped, changed and taken off', async ({ page, person }) => {
  await createApp(page);
  await install(page);
  await button(page, 'Map a channel to acme/billing').click();
  const dialog = page.getByRole('dialog', { name: 'A channel for acme/billing' });
  await expect(dialog).toContainText('No Slack workspace is connected yet.');
  await expectAccessible(page, 'no Slack yet');
  await button(dialog, 'Cancel').click();
  await connect(person, slack('Acme on Slack'));
  await page.reload();

  await button(page, 'Map a channel to acme/billing').click();
  await button(dialog, 'Map the channel').click();
  await expect(dialog.getByText('Choose a channel.')).toBeVisible();
  const picker = dialog.getByRole('combobox', { name: 'Channel' });
  await picker.fill('depl');
  await page.getByRole('option', { name: '#deployments' }).click();
  await dialog.getByRole('checkbox', { name: 'Issues' }).click();
  await field(dialog, 'Branch').fill('main');
  await expectAccessible(page, 'mapping a channel');
  await button(dialog, 'Map the channel').click();
  await expect(page.getByText('#deployments is mapped to acme/billing.')).toBeVisible();
  await page.reload();
  const channel = rowOf(page, 'acme/billing').getByRole('button', { name: /^deployments/ });
  await expect(channel).toHaveAccessibleName(/Pushes, pull requests, releases, deployments · only main/);

  await channel.click();
  const settings = page.getByRole('dialog', { name: '#deployments for acme/billing' });
  await settings.getByRole('switch', { name: 'Muted' }).click();
  await button(settings, 'Save').click();
  await expect(page.getByText('The settings of #deployments are saved.')).toBeVisible();
  await page.reload();
  await expect(channel).toHaveAccessibleName(/muted/);
  await channel.click();
  await button(settings, 'Remove').click();
  await expect(page.getByText('#deployments is no longer mapped to acme/billing.')).toBeVisible();
  await expect(channel).toHaveCount(0);
  await page.reload();
  await expect(rowOf(page, 'acme/billing')).toBeVisible();
  await expect(channel).toHaveCount(0);
});

test.describe('refused calls are expected here', () => {
  test.use({ quiet: false });

  test('a mapping that fails is taken back in the open', async ({ page, person }) => {
    await createApp(page);
    await install(page);
    await connect(person, slack('Acme on Slack'));
    await page.route('**/slack-channels/*', (route) =>
      route.fulfill({
        status: 502,
        json: { success: false, error: { code: 'UPSTREAM_ERROR', message: 'Slack did not answer.' } },
      }),
    );
    await page.reload();
    await button(page, 'Map a channel to acme/website').click();
    const dialog = page.getByRole('dialog', { name: 'A channel for acme/website' });
    await dialog.getByRole('combobox', { name: 'Channel' }).fill('general');
    await page.getByRole('option', { name: '#general' }).click();
    await button(dialog, 'Map the channel').click();
    await expect(page.getByText('#general was not mapped')).toBeVisible();
    await expect(page.getByText('Slack did not answer.')).toBeVisible();
    await expect(rowOf(page, 'acme/website').getByRole('button', { name: /^general/ })).toHaveCount(0);
  });
});
