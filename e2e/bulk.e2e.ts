import type { Page } from '@playwright/test';
import { expectAccessible, expectFits } from './support/accessible';
import { expect, test, throughWindow, unauthorised } from './support/oauth-test';
import { argocd, becomeViewer, connect } from './support/people';
import { button, stateOf } from './support/screen';

test.use({ installation: 'oauth' });

const pick = (page: Page, name: string) => page.getByRole('checkbox', { name: `Select ${name}` });
const outcomes = (page: Page) => page.getByRole('dialog').getByRole('list', { name: 'Outcomes' });

test('tokens of many are refreshed, and what cannot be says why', async ({ page, person, oidc }) => {
  const { id } = await unauthorised(person, oidc, 'By consent');
  await page.goto(`/integrations/${id}`);
  await throughWindow(page, 'Connect with the service');
  await expect(stateOf(page, 'Active')).toBeVisible();
  await connect(person, argocd('By token', 'bulk'));
  await unauthorised(person, oidc, 'Never authorised');

  await page.goto('/integrations?view=table');
  await expect(page.getByRole('table', { name: 'Integrations' })).toBeVisible();
  await expectAccessible(page, 'a list to choose from');
  await page.getByRole('checkbox', { name: 'Select all on this page' }).click();
  await expect(page.getByText('3 selected')).toBeVisible();
  await expectAccessible(page, 'a list with a selection');
  await expectFits(page, 'a list with a selection');
  oidc.resetCounts();
  await button(page, 'Refresh tokens').click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('status')).toContainText('1 done');
  expect(oidc.tokenRequests.refresh_token).toBe(1);
  await expect(outcomes(page).getByRole('listitem').filter({ hasText: 'By consent' })).toContainText('Done');
  await expectAccessible(page, 'outcomes');
  await expectFits(page, 'outcomes');
  await page.reload();
  await expect(outcomes(page).getByRole('listitem')).toHaveCount(3);
  await button(dialog, 'Close').click();
  await expect(page).not.toHaveURL(/bulk=/);
});

test('by keyboard, on cards: chosen one by one, disabled after a question, enabled again', async ({
  page,
  person,
}) => {
  for (const name of ['Alpha', 'Beta', 'Gamma']) await connect(person, argocd(name, name.toLowerCase()));
  await page.goto('/integrations?view=cards&sort=name');
  await pick(page, 'Alpha').focus();
  await page.keyboard.press('Space');
  await pick(page, 'Beta').focus();
  await page.keyboard.press('Space');
  await expect(page.getByText('2 selected')).toBeVisible();
  await expectAccessible(page, 'cards with a selection');
  await expectFits(page, 'cards with a selection');
  await button(page, 'Disable').focus();
  await page.keyboard.press('Enter');
  const question = page.getByRole('dialog');
  await expect(question).toContainText('Disable 2 integrations?');
  await expect(question).toContainText('Alpha');
  await expect(question).not.toContainText('Gamma');
  await expectAccessible(page, 'disabling many');
  await button(question, 'Disable 2 integrations').click();
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('2 done');
  await button(page.getByRole('dialog'), 'Close').click();
  await expect(page.getByRole('listitem').filter({ hasText: 'Disabled' })).toHaveCount(2);

  await page.getByRole('checkbox', { name: 'Select all on this page' }).click();
  await button(page, 'Enable').click();
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('3 done');
});

test('all that match are deleted only when that is typed', async ({ page, person }) => {
  for (let index = 0; index < 26; index += 1)
    await connect(person, { ...argocd(`Old ${index}`, 'old'), test: false });
  await connect(person, argocd('Kept', 'kept'));
  await page.goto('/integrations?q=old');
  await expect(page.getByText('26 matches')).toBeVisible();
  await page.getByRole('checkbox', { name: 'Select all on this page' }).click();
  await expect(page.getByText('24 selected')).toBeVisible();
  await button(page, 'Select all 26').click();
  await button(page, 'Delete…').click();
  const question = page.getByRole('dialog');
  await expect(question).toContainText('All 26 that the filters find');
  await expect(button(question, 'Delete 26 integrations')).toBeDisabled();
  await expectAccessible(page, 'deleting many');
  await expectFits(page, 'deleting many');
  await question.getByRole('textbox').fill('delete 26 integrations');
  await button(question, 'Delete 26 integrations').click();
  await expect(page.getByRole('dialog').getByRole('status')).toContainText('26 done', { timeout: 30_000 });
  await button(page.getByRole('dialog'), 'Close').click();
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  const { data } = await person.api.GET('/api/v1/integrations');
  expect(data?.data.integrations.map(({ name }) => name)).toEqual(['Kept']);
});

test('is not offered to those who may only look', async ({ page, person, product }) => {
  await connect(person, argocd('Looked at', 'looked'));
  await becomeViewer(product, person);
  await page.goto('/integrations');
  await expect(page.getByRole('link', { name: 'Looked at' })).toBeVisible();
  await expect(page.getByRole('checkbox')).toHaveCount(0);
});
