import { becomeViewer } from './support/people';
import { button, field } from './support/screen';
import { expect, signedInTest as test } from './support/test';

test('the organisation gets another name, and says how reads are audited', async ({ page, person }) => {
  await page.goto('/settings/organization');
  const settings = page.getByRole('region', { name: 'Organisation', exact: true });
  await expect(field(settings, 'Name')).toHaveValue(person.organization);
  await expect(button(settings, 'Save changes')).toBeDisabled();
  await expect(settings.getByRole('radio', { name: /^Durable/ })).toBeChecked();

  await field(settings, 'Name').fill('Company of another name');
  await settings.getByRole('radio', { name: /^Write-behind/ }).click();
  await button(settings, 'Save changes').click();
  await expect(page.getByText('The changes are saved.')).toBeVisible();
  await expect(page.getByRole('banner')).toContainText('Company of another name');
  await page.reload();
  await expect(field(settings, 'Name')).toHaveValue('Company of another name');
  await expect(settings.getByRole('radio', { name: /^Write-behind/ })).toBeChecked();
});

test('whose role may not change it sees it and cannot', async ({ page, person, product }) => {
  await becomeViewer(product, person);
  await page.goto('/settings/organization');
  const settings = page.getByRole('region', { name: 'Organisation', exact: true });
  await expect(field(settings, 'Name')).toBeDisabled();
  await expect(settings).toContainText('Your role may look at these but not change them.');
  await expect(button(settings, 'Save changes')).toHaveCount(0);
});
