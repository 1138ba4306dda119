import { expectAccessible, expectFits } from './support/accessible';
import { connect, slack } from './support/people';
import { button } from './support/screen';
import { expect, signedInTest as test } from './support/test';

const TABLE = { name: 'Slack channels' };

test('the channels that the bot sees are listed and searched', async ({ page, person }) => {
  const { id } = await connect(person, slack('Team chat'));
  await page.goto(`/integrations/${id}`);
  await page.getByRole('tab', { name: 'Channels' }).click();
  const table = page.getByRole('table', TABLE);
  await expect(table.getByRole('row', { name: /general.*Is in it.*1,204/ })).toBeVisible();
  await expect(table.getByRole('row', { name: /security.*Private/ })).toBeVisible();
  await expect(table.getByRole('row', { name: /random.*Not invited/ })).toBeVisible();
  const workspace = page.getByRole('region', { name: 'Workspace' });
  await expect(workspace).toContainText('Acme');
  await expect(workspace).toContainText('/api/v1/slack/events?app=');
  await expect(workspace).toContainText('Not taken in');
  await expectAccessible(page, 'channels');
  await expectFits(page, 'channels');
  await page.getByRole('searchbox', { name: 'Search channels' }).fill('depl');
  await expect(page).toHaveURL(/q=depl/);
  await expect(table.getByRole('row')).toHaveCount(2);
  await page.getByRole('searchbox', { name: 'Search channels' }).fill('nothing-like-it');
  await expect(page.getByRole('heading', { name: 'No such channel' })).toBeVisible();
});

test.describe('refused calls are expected here', () => {
  test.use({ quiet: false });

  test('a limit of Slack says how long to wait', async ({ page, person, services }) => {
    const { id } = await connect(person, slack('Limited chat'));
    services.set('slack', 'limited');
    await page.goto(`/integrations/${id}?tab=channels`);
    await expect(page.getByText('Slack asks to slow down')).toBeVisible();
    await expect(page.getByText(/Try again in [12] seconds?\./)).toBeVisible();
    await expectAccessible(page, 'limited by Slack');
    services.set('slack', 'well');
    await expect(async () => {
      await button(page, 'Try again').click({ timeout: 1000 });
      await expect(page.getByRole('table', TABLE)).toBeVisible({ timeout: 2000 });
    }).toPass();
  });

  test('a scope that is missing says which, and what to press', async ({ page, person, services }) => {
    const { id } = await connect(person, slack('Narrow chat'));
    services.set('slack', 'unscoped');
    await page.goto(`/integrations/${id}?tab=channels`);
    await expect(page.getByText('Slack does not show the channels')).toBeVisible();
    await expect(page.getByText(/lacks the scope channels:read/)).toBeVisible();
    await expectAccessible(page, 'a scope is missing');
    await page.getByRole('link', { name: 'Replace credentials' }).click();
    await expect(page.getByRole('region', { name: 'Credentials' })).toBeVisible();
  });
});
