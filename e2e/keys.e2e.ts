import type { Page } from '@playwright/test';
import { argocd, connect, github, type Person, signIn, slack } from './support/people';
import { button } from './support/screen';
import { expect, signedInTest as test } from './support/test';

// The first account of an installation administers it.
test.use({ installation: 'keys', quiet: true });

test.describe.configure({ mode: 'serial' });

let administrator: Person;

const confirm = async (page: Page, question: RegExp, answer: string) =>
  button(page.getByRole('dialog', { name: question }), answer).click();

test('an organisation’s key is rotated, its secrets verified, its old version retired', async ({
  page,
  person,
}) => {
  administrator = person;
  const { id } = await connect(person, github('Source code'));
  await connect(person, argocd('Deployments', 'keys'));
  await connect(person, slack('Team chat'));
  await page.goto('/settings/keys');
  const root = page.getByRole('region', { name: 'Root key' });
  await expect(root).toContainText('Reachable');
  await expect(root).toContainText('Keep a backup outside this server');
  const row = page.getByRole('row', { name: new RegExp(person.organization) }).first();
  await expect(row).toContainText('Version 1');
  await expect(button(row, `Retire old: ${person.organization}`)).toBeDisabled();

  await button(row, `Rotate: ${person.organization}`).click();
  await confirm(page, /^Rotate the key of/, 'Rotate the key');
  const history = page.getByRole('table', { name: 'History of the keys' });
  await expect(history).toContainText(`Rotation of ${person.organization}: version 1 to 2`, {
    timeout: 20_000,
  });
  await expect(history).toContainText('3 values moved');
  await expect(page.getByRole('region', { name: 'Under way' })).toHaveCount(0);
  await expect(row).toContainText('Version 2');
  await expect(row).toContainText('Version 1: not used any more');

  await button(row, `Verify: ${person.organization}`).click();
  await confirm(page, /^Verify the secrets of/, 'Verify');
  await expect(history).toContainText(`Verification of ${person.organization}`, { timeout: 20_000 });
  await expect(history).toContainText('3 values opened');

  await button(row, `Retire old: ${person.organization}`).click();
  await confirm(page, /^Retire the old keys of/, 'Destroy the old versions');
  await expect(page.getByText(`“${person.organization}”: version 1 of its key is destroyed.`)).toBeVisible();
  await expect(row).toContainText('None');
  await expect(history.getByRole('row', { name: /version 1 to 2/ })).toContainText('Retired');

  const test = await person.api.POST('/api/v1/integrations/{id}/test', { params: { path: { id } } });
  expect(test.response.status).toBe(200);
});

test('the root key is rotated, and the old one retired', async ({ page, browser, product }) => {
  const context = await browser.newContext({ baseURL: product.url });
  await signIn(context, product, administrator);
  const admin = await context.newPage();
  await admin.goto('/settings/keys');
  const root = admin.getByRole('region', { name: 'Root key' });
  const before = await root.getByText(/^[0-9a-f]{16}$/).textContent();
  await button(root, 'Rotate…').click();
  const question = admin.getByRole('dialog', { name: 'Rotate the root key?' });
  await expect(question).toContainText('KEY_STORE_NEXT');
  await button(question, 'Rotate the root key').click();
  const history = admin.getByRole('table', { name: 'History of the keys' });
  await expect(history).toContainText('Rotation of the root key', { timeout: 20_000 });
  await expect(root).not.toContainText(before ?? '');
  await button(root, 'Retire the old one…').click();
  await confirm(admin, /^Retire the old root key/, 'Retire the old root key');
  await expect(admin.getByText('The old root key is retired.')).toBeVisible();
  await expect(history.getByRole('row', { name: /root key/ })).toContainText('Retired');
  await context.close();

  // Somebody else is told that these pages are not theirs.
  await page.goto('/settings/keys');
  await expect(
    page.getByRole('heading', { name: 'For the administrator of this installation' }),
  ).toBeVisible();
});
