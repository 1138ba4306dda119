import type { Locator, Page } from '@playwright/test';
import { TOKENS } from './support/counterpart';
import { argocd, becomeViewer, connect, github } from './support/people';
import { button, contentOf, field } from './support/screen';
import { expect, test } from './support/test';

const secretOf = (page: Page): Locator => page.getByLabel('The token', { exact: true });
const dialog = (page: Page, name: string | RegExp): Locator => page.getByRole('dialog', { name });

/** A call as a program makes it. */
const call = (url: string, token: string) =>
  fetch(url, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(10_000) });

test.beforeEach(({ context }) => context.grantPermissions(['clipboard-read', 'clipboard-write']));

test('a token is made, copied, used, rotated and revoked', async ({ page, person, product }) => {
  const { id } = await connect(person, github('Source code'));
  await connect(person, argocd('Deployments', 'tokens'));
  await page.goto('/settings/tokens');
  await expect(page.getByRole('heading', { name: 'Let a program use your integrations' })).toBeVisible();
  await page.getByRole('link', { name: 'New token' }).click();

  await button(page, 'Make the token').click();
  await expect(field(page, 'Name')).toHaveAccessibleDescription(/Give it a name/);
  await field(page, 'Name').fill('Deploy pipeline');
  await page.getByRole('checkbox', { name: /^Read credentials/ }).click();
  await page.getByRole('radio', { name: 'Only some', exact: true }).click();
  const picker = page.getByRole('combobox', { name: 'Integrations' });
  await picker.fill('source');
  await page.getByRole('option', { name: 'Source code' }).click();
  await page.keyboard.press('Escape');
  await button(page, 'Make the token').click();

  await expect(page.getByText('Copy it now: it is not shown again')).toBeVisible();
  const first = (await secretOf(page).textContent()) ?? '';
  expect(first).toMatch(/^lk_/);
  const proxy = `${product.url}/api/v1/integrations/${id}/proxy/user`;
  const value = `${product.url}/api/v1/integrations/${id}/credentials/value`;
  const examples = page.getByRole('region', { name: 'Use it' });
  await expect(examples).toContainText(`curl -sS -H "Authorization: Bearer $LATCHKEY_TOKEN"`);
  await expect(examples).toContainText(`'${proxy}'`);
  await expect(examples).toContainText(`'${value}'`);
  await expect(examples).toContainText(`latchkey.fetch('${id}', '/user')`);
  await expect(examples).not.toContainText(first);

  await page.getByRole('link', { name: 'Profile' }).click();
  await button(dialog(page, 'Leave without the token?'), 'Stay').click();
  await button(page, 'Copy the token').click();
  await expect(button(page, 'Copied')).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(first);
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await button(page, 'Done').click();
  await expect(page).toHaveURL(/\/settings\/tokens\/[0-9a-f-]{36}$/);
  await expect(button(page, 'Rotate…')).toBeVisible();
  await expect(secretOf(page)).toHaveCount(0);
  expect(await contentOf(page)).not.toContain(first);

  const read = await call(value, first);
  expect(read.status).toBe(200);
  expect(await read.json()).toMatchObject({
    data: { credential: { values: { access_token: TOKENS.github } } },
  });
  const through = await call(proxy, first);
  expect(through.status).toBe(200);
  expect(await through.json()).toMatchObject({ login: 'octo-robot' });
  const facts = page.getByRole('region', { name: 'Facts' });
  await expect(facts.getByRole('link', { name: 'Source code' })).toBeVisible();
  await expect(async () => {
    await page.reload();
    await expect(facts).toContainText(/(ago|just now) from/, { timeout: 2000 });
  }).toPass();

  await button(page, 'Rotate…').click();
  const rotation = dialog(page, 'Rotate “Deploy pipeline”?');
  await rotation.getByRole('combobox', { name: 'How long does the old one still work?' }).click();
  await page.getByRole('option', { name: /^Not at all/ }).click();
  await button(rotation, 'Rotate').click();
  const second = (await secretOf(page).textContent()) ?? '';
  expect(second).toMatch(/^lk_/);
  expect(second).not.toBe(first);
  await button(page, 'Copy the token').click();
  await button(page, 'Done').click();
  await expect(secretOf(page)).toHaveCount(0);
  await expect(async () => expect((await call(value, first)).status).toBe(401)).toPass();
  expect((await call(value, second)).status).toBe(200);

  await button(page, 'Revoke…').click();
  const revocation = dialog(page, 'Revoke “Deploy pipeline”?');
  await expect(revocation).toContainText('Last used:');
  await button(revocation, 'Revoke the token').click();
  await expect(page.getByText('“Deploy pipeline” is revoked.')).toBeVisible();
  await expect(page.getByRole('main').getByText('Revoked', { exact: true }).first()).toBeVisible();
  await expect(async () => expect((await call(value, second)).status).toBe(401)).toPass();
  expect(product.logs()).not.toContain(first);
  expect(product.logs()).not.toContain(second);

  await page.getByRole('link', { name: 'Service tokens' }).first().click();
  const table = page.getByRole('table', { name: 'Service tokens' });
  await expect(table.getByRole('row', { name: /Deploy pipeline.*Revoked/ })).toBeVisible();
  await page.getByRole('radiogroup', { name: 'State' }).getByText('Active').click();
  await expect(page.getByRole('heading', { name: 'No such token' })).toBeVisible();
  await expect(page).toHaveURL(/status=active/);
});

test('from its page, an integration leads to a token for it', async ({ page, person }) => {
  const { id } = await connect(person, github('Only this'));
  await page.goto(`/integrations/${id}`);
  await page.getByRole('tab', { name: 'Use it' }).click();
  await expect(page).toHaveURL(/tab=use/);
  await expect(page.getByText('No program used this integration in this time.')).toBeVisible();
  await page.getByRole('link', { name: 'Make a token for it' }).click();
  await expect(page.getByRole('radio', { name: 'Only some', exact: true })).toBeChecked();
  await expect(page.getByText('Only this')).toBeVisible();
  await field(page, 'Name').fill('Bot');
  await button(page, 'Make the token').click();
  const secret = (await secretOf(page).textContent()) ?? '';

  await button(page, 'Done').click();
  await button(dialog(page, 'Leave without the token?'), 'Leave without it').click();
  await expect(page.getByRole('heading', { name: 'Bot' })).toBeVisible();
  expect(await contentOf(page)).not.toContain(secret);
  await page.goBack();
  await expect(page.getByText('Copy it now')).toHaveCount(0);
});

test('a secret that was shown is in the memory of the page no more', async ({ page, context, person }) => {
  await connect(person, github('Any'));
  await page.goto('/settings/tokens/new');
  await field(page, 'Name').fill('Bot');
  await button(page, 'Make the token').click();
  const secret = (await secretOf(page).textContent()) ?? '';
  const timesInMemory = async (): Promise<number> => {
    const session = await context.newCDPSession(page);
    const chunks: string[] = [];
    session.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
    await session.send('HeapProfiler.collectGarbage');
    await session.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    await session.detach();
    return chunks.join('').split(secret.slice(4, 40)).length - 1;
  };
  expect(await timesInMemory()).toBeGreaterThan(0);
  await button(page, 'Copy the token').click();
  await page.evaluate(() => navigator.clipboard.writeText(''));
  await button(page, 'Done').click();
  await page.getByRole('link', { name: 'Profile' }).click();
  await expect(page.getByRole('region', { name: 'Profile' })).toBeVisible();
  await expect(async () => expect(await timesInMemory()).toBe(0)).toPass({ timeout: 30_000 });
});

test('a network that is none is told at its field', async ({ page, person }) => {
  await connect(person, github('Any'));
  await page.goto('/settings/tokens/new');
  await field(page, 'Name').fill('Bot');
  const networks = page.getByRole('combobox', { name: 'Networks' });
  await networks.fill('our-office');
  await networks.press('Enter');
  await button(page, 'Make the token').click();
  await expect(networks).toHaveAccessibleDescription(/network|address/i);
  await expect(page.getByText('Copy it now')).toHaveCount(0);
});

test('whose role does not manage tokens is told so', async ({ page, person, product }) => {
  await becomeViewer(product, person);
  await page.goto('/settings/tokens');
  await expect(page.getByRole('heading', { name: 'Your role does not manage service tokens' })).toBeVisible();
  await expect(
    page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name: 'Service tokens' }),
  ).toHaveCount(0);
});
