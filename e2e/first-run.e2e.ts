import { existsSync } from 'node:fs';
import { connect, github, register, PASSWORD } from './support/people';
import { button, field, heading, storageOf } from './support/screen';
import { expect, test } from './support/test';

const ADA = { name: 'Ada Admin', email: 'ada@example.com', organization: 'Analytical Engines' };

test.use({ installation: 'first-run' });
test.describe.configure({ mode: 'serial' });

test('an empty installation leads to its set-up and shows where the key is', async ({ page, product }) => {
  await page.goto('/');
  await expect(heading(page, 'Set up Latchkey')).toBeVisible();
  await expect(page).toHaveURL('/setup');
  const key = page.getByRole('region', { name: 'The key of this installation' });
  await expect(key).toContainText('A file on this server');
  await expect(key).toContainText('Back it up now');
  const place = await key.getByText(product.dataDirectory).innerText();
  expect(existsSync(place)).toBe(true);
  await expect(key.getByText('Fingerprint')).toBeVisible();
});

test('every other address of an empty installation leads there too', async ({ page }) => {
  for (const address of ['/sign-in', '/sign-up', '/integrations']) {
    await page.goto(address);
    await expect(page).toHaveURL('/setup');
  }
});

test('wrong inputs are told at their fields, then the account and its organisation are made', async ({
  page,
}) => {
  await page.goto('/setup');
  const create = button(page, 'Create account and organisation');
  await create.click();
  await expect(field(page, 'Your name')).toHaveAccessibleDescription(/Enter your name/);
  await expect(field(page, 'Your name')).toBeFocused();
  await expect(field(page, 'E-mail')).toHaveAccessibleDescription(/Enter an e-mail address/);
  await expect(field(page, 'Organisation')).toHaveAccessibleDescription(/Name your organisation/);
  await expect(field(page, 'Password')).toHaveAccessibleDescription(/Use at least 12 characters/);

  await field(page, 'Your name').fill(ADA.name);
  await field(page, 'E-mail').fill('not an address');
  await field(page, 'Organisation').fill(ADA.organization);
  await field(page, 'Password').fill('x'.repeat(73));
  await create.click();
  await expect(field(page, 'E-mail')).toHaveAccessibleDescription(/Enter an e-mail address/);
  await expect(field(page, 'Password')).toHaveAccessibleDescription(/72 bytes is the most/);

  await field(page, 'E-mail').fill(ADA.email);
  await field(page, 'Password').fill('password1234');
  await create.click();
  await expect(field(page, 'Password')).toHaveAccessibleDescription(/common|guess/i);

  await field(page, 'Password').fill(PASSWORD);
  await create.click();
  await expect(heading(page, 'Integrations')).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Connect your first service' })).toBeVisible();
  await expect(page.getByRole('banner')).toContainText(ADA.organization);
});

test('a wrong sign-in is told without saying which half was wrong, a right one leads on', async ({
  page,
}) => {
  await page.goto('/settings/organization');
  await expect(heading(page, 'Sign in')).toBeVisible();
  await field(page, 'E-mail').fill(ADA.email);
  await field(page, 'Password').fill('not the password at all');
  await button(page, 'Sign in').click();
  await expect(page.getByRole('alert')).toHaveText('The e-mail address or the password is not right.');

  await field(page, 'E-mail').fill('nobody@example.com');
  await button(page, 'Sign in').click();
  await expect(page.getByRole('alert')).toHaveText('The e-mail address or the password is not right.');

  await field(page, 'E-mail').fill(ADA.email);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(page).toHaveURL('/settings/organization');
  await expect(field(page, 'Name')).toHaveValue(ADA.organization);
});

test('a reload keeps the session, and only a cookie that scripts cannot read carries it', async ({
  page,
  context,
}) => {
  const answers: Promise<string>[] = [];
  page.on('response', (response) => {
    if (response.url().includes('/auth/')) answers.push(response.text().catch(() => ''));
  });
  await page.goto('/sign-in');
  await field(page, 'E-mail').fill(ADA.email);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(heading(page, 'Integrations')).toBeVisible();
  await page.reload();
  await expect(heading(page, 'Integrations')).toBeVisible();
  await expect(page).toHaveURL('/integrations');

  const cookies = await context.cookies();
  expect(cookies).toEqual([
    expect.objectContaining({ httpOnly: true, sameSite: 'Strict', path: '/api/v1/auth' }),
  ]);
  expect(await page.evaluate(() => document.cookie)).toBe('');

  const bodies = (await Promise.all(answers)).join('\n');
  const tokens = [...bodies.matchAll(/"access_token":"([^"]+)"/g)].map(([, token]) => token ?? '');
  expect(tokens.length).toBeGreaterThanOrEqual(2);
  expect(bodies).not.toContain('refresh_token"');
  const stored = await storageOf(page);
  for (const secret of [...tokens, cookies[0]?.value ?? '', PASSWORD]) expect(stored).not.toContain(secret);
});

test('signing out ends the session, in the other tab too', async ({ page, context }) => {
  await page.goto('/sign-in');
  await field(page, 'E-mail').fill(ADA.email);
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Sign in').click();
  await expect(heading(page, 'Integrations')).toBeVisible();
  const other = await context.newPage();
  await other.goto('/settings/profile');
  await expect(other.getByRole('main')).toContainText(ADA.email);

  await button(page, `Account of ${ADA.name}`).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(heading(page, 'Sign in')).toBeVisible();
  await expect(heading(other, 'Sign in')).toBeVisible();

  await page.goto('/integrations');
  await expect(heading(page, 'Sign in')).toBeVisible();
});

test('another person with an organisation of their own sees nothing of the first', async ({
  page,
  product,
  request,
}) => {
  const first = await register(product, request);
  const secret = await connect(first, github('GitHub of the first'));

  await page.goto('/sign-in');
  await page.getByRole('link', { name: 'Create an account' }).click();
  await field(page, 'Your name').fill('Grace Guest');
  await field(page, 'E-mail').fill('grace@example.com');
  await field(page, 'Organisation').fill('Compilers');
  await field(page, 'Password').fill(PASSWORD);
  await button(page, 'Create account').click();
  await expect(page.getByRole('heading', { name: 'Connect your first service' })).toBeVisible();
  await expect(page.getByRole('banner')).toContainText('Compilers');

  await page.goto(`/integrations/${secret.id}`);
  await expect(page.getByRole('heading', { name: 'This integration is not here' })).toBeVisible();
  await expect(page.getByText('GitHub of the first')).toHaveCount(0);

  await page.goto('/settings/keys');
  await expect(
    page.getByRole('heading', { name: 'For the administrator of this installation' }),
  ).toBeVisible();
});
