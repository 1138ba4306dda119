import type { Locator, Page } from '@playwright/test';
import { expect } from './test';

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The field under a label; the button that reveals a secret names the label too, and is not it. */
export function field(within: Page | Locator, label: string): Locator {
  return within.getByLabel(new RegExp(`^${escape(label)}( \\*)?$`));
}

export const heading = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('heading', { name, level: 1 });

export const button = (within: Page | Locator, name: string | RegExp): Locator =>
  within.getByRole('button', { name, exact: true });

/** The state beside the name of an integration. */
export const stateOf = (page: Page, label: string): Locator =>
  page.getByRole('main').getByText(label, { exact: true }).first();

/** Opens the wizard for a service as a person does: by searching. */
export async function chooseService(page: Page, search: string, name: string): Promise<void> {
  await page.goto('/integrations/new');
  await page.getByRole('searchbox', { name: 'Search services' }).fill(search);
  await page.getByRole('link', { name: new RegExp(`^${escape(name)}`) }).click();
  await expect(heading(page, `Connect ${name}`)).toBeVisible();
}

interface Answers {
  credentials: Record<string, string>;
  configuration?: Record<string, string>;
  name?: string;
}

/** Fills the wizard's forms of the service that was chosen, and runs its test. */
export async function fillWizard(
  page: Page,
  { credentials, configuration = {}, name }: Answers,
): Promise<void> {
  for (const [label, value] of Object.entries(credentials)) await field(page, label).fill(value);
  await button(page, 'Continue').click();
  if (name) await field(page, 'Name').fill(name);
  for (const [label, value] of Object.entries(configuration)) await field(page, label).fill(value);
  await button(page, 'Test the connection').click();
}

/** Everything that the page shows or holds: its markup, what its fields contain, and what it keeps in the browser. */
export async function contentOf(page: Page): Promise<string> {
  const held = await page.evaluate(() => ({
    fields: Array.from(document.querySelectorAll('input, textarea'), (each) =>
      each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement ? each.value : '',
    ),
    cookies: document.cookie,
  }));
  return `${await page.content()}${JSON.stringify(held)}${await storageOf(page)}`;
}

/** What the page keeps in the browser. */
export function storageOf(page: Page): Promise<string> {
  return page.evaluate(() => JSON.stringify({ local: { ...localStorage }, session: { ...sessionStorage } }));
}
