import type { Page } from '@playwright/test';
import { Counterpart, TOKENS } from './support/counterpart';
import { argocd, connect, github, PASSWORD, register, slack } from './support/people';
import { button, chooseService, contentOf, field, fillWizard, heading, stateOf } from './support/screen';
import { expect, test } from './support/test';

test.use({ installation: 'survive' });

interface Row {
  next_check_at: Date | null;
  check_lease_token: string | null;
  check_lease_until: Date | null;
  status: string;
}

const LEASE_S = 90;

test('killed in the middle of a check, it goes on where it was', async ({
  page,
  context,
  product,
  services,
}) => {
  test.setTimeout(120_000);
  const person = await register(product, context.request);
  const held = await connect(person, argocd('Held', 'held'));
  await connect(person, github('Unharmed'));
  const row = async () =>
    (await product.sql<Row>('SELECT * FROM integrations WHERE id = $1', [held.id]))[0] as Row;
  await page.goto(`/integrations/${held.id}`);
  await expect(stateOf(page, 'Active')).toBeVisible();

  await test.step('the service holds its answer, and the product is killed', async () => {
    services.set('held', 'silent');
    const answered = services.askedOf('held').length;
    await expect.poll(() => services.askedOf('held').length, { timeout: 30_000 }).toBeGreaterThan(answered);
    await product.kill();
  });

  const killed = await row();
  await test.step('its database lives on and has lost nothing', async () => {
    expect(killed.status).toBe('active');
    expect(killed.next_check_at, 'when it is due').not.toBeNull();
    expect(killed.check_lease_token).not.toBeNull();
    const left = (Number(killed.check_lease_until) - Date.now()) / 1000;
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(LEASE_S);
  });

  await test.step('the page says that nobody answers', async () => {
    await button(page, 'Test now').click();
    await expect(page.getByRole('alert')).toContainText('Latchkey did not answer.');
  });

  await test.step('the next start takes over the database', async () => {
    services.calm();
    await product.launch();
    expect(product.logs()).toContain('Adopted the database server that an earlier run left behind');
    await page.reload();
    await expect(heading(page, 'Held')).toBeVisible();
    await page.goto('/integrations');
    await expect(page.getByRole('list', { name: 'Integrations' }).getByRole('link')).toHaveText([
      'Unharmed',
      'Held',
    ]);
  });

  await test.step('what was held is checked again when its lease is over', async () => {
    const waiting = await row();
    expect(waiting.next_check_at).toEqual(killed.next_check_at);
    expect(waiting.check_lease_until).toEqual(killed.check_lease_until);
    const asked = services.askedOf('held').length;
    // The ninety seconds pass.
    await product.sql('UPDATE integrations SET check_lease_until = now() WHERE id = $1', [held.id]);
    await expect.poll(() => services.askedOf('held').length, { timeout: 30_000 }).toBeGreaterThan(asked);
    await expect.poll(async () => (await row()).check_lease_token).toBeNull();
    const checked = await row();
    expect(checked.status).toBe('active');
    expect(Number(checked.next_check_at)).toBeGreaterThan(Number(killed.next_check_at));
  });

  await test.step('credentials sealed before the kill still open', async () => {
    await page.goto(`/integrations/${held.id}`);
    await button(page, 'Test now').click();
    await expect(page.getByRole('status')).toContainText('Connection successful');
  });
});

/** A secret as it is, and as hexadecimal digits (how PostgreSQL writes bytes), base64 and in an address. */
const formsOf = (secret: string): string[] => [
  secret,
  Buffer.from(secret).toString('hex'),
  Buffer.from(secret).toString('base64').replace(/=+$/, ''),
  encodeURIComponent(secret),
];

function expectNone(where: string, text: string, secrets: string[]): void {
  for (const secret of secrets) {
    for (const form of formsOf(secret)) {
      expect(text.includes(form), `${secret.slice(0, 12)}… in ${where}`).toBe(false);
    }
  }
}

function recordEverything(page: Page): () => Promise<string> {
  const answers: Promise<string>[] = [];
  const console: string[] = [];
  page.on('console', (message) => console.push(message.text()));
  page.on('response', (response) => {
    const isData = ['fetch', 'xhr', 'document'].includes(response.request().resourceType());
    const head = `${response.url()} ${JSON.stringify(response.headers())}`;
    if (isData)
      answers.push(
        response.text().then(
          (body) => head + body,
          () => head,
        ),
      );
  });
  return async () => [...(await Promise.all(answers)), ...console].join('\n');
}

test('secrets are nowhere but under the seal', async ({ page, context, product, services }) => {
  const person = await register(product, context.request);
  const secure = await Counterpart.start();
  const wrong = 'eyJ-wrong-but-secret-token';
  const next = 'eyJ-next-secret-token';
  const secrets = [...Object.values(TOKENS), PASSWORD, wrong, next, product.database.password];
  const told = recordEverything(page);

  await test.step('every feature handles them', async () => {
    const chat = await connect(person, slack('Chat'));
    const guarded = await connect(person, argocd('Guarded', 'guarded'));
    const { user, password, host, port, database } = product.database;
    await connect(person, {
      integration_type_id: 'postgres',
      name: 'Own database',
      config: {},
      credentials: {
        credential_type: 'connection_string',
        connection_string: `postgresql://${user}:${password}@${host}:${port}/${database}`,
      },
    });
    await chooseService(page, 'argo', 'Argo CD');
    await fillWizard(page, {
      credentials: { 'Authentication token': wrong },
      configuration: { 'Server URL': secure.url },
    });
    await expect(page.getByRole('alert')).toContainText('Invalid authentication token');
    await button(page, 'Save without testing').click();
    await expect(stateOf(page, 'Broken')).toBeVisible({ timeout: 20_000 });
    await expect
      .poll(() => product.mails().some(({ subject }) => subject === 'Argo CD is broken'))
      .toBe(true);

    services.accept('guarded', next);
    await page.goto(`/integrations/${guarded.id}?tab=settings&edit=credentials`);
    const credentials = page.getByRole('region', { name: 'Credentials' });
    await field(credentials, 'Authentication token').fill(wrong);
    await button(credentials, 'Test and replace').click();
    await expect(credentials.getByRole('alert')).toContainText('The old credentials were kept.');
    await field(credentials, 'Authentication token').fill(next);
    await button(credentials, 'Test and replace').click();
    await expect(page.getByText('The new credentials work and are stored.')).toBeVisible();

    services.set('slack', 'revoked');
    await page.goto(`/integrations/${chat.id}`);
    await button(page, 'Test now').click();
    await expect(page.getByRole('alert')).toContainText('revoked');
    await page.goto('/sign-in');
  });

  const answers = await told();
  expect(answers).toContain('Guarded');
  expectNone('what the browser was told', answers, secrets);
  const [cookie] = await context.cookies();
  expectNone('the browser', await contentOf(page), [...secrets, cookie?.value ?? '']);
  expectNone('the logs', product.logs(), [...secrets, cookie?.value ?? '']);
  expectNone('the mails', JSON.stringify(product.mails()), secrets);
  const dump = await product.dump();
  expect(dump).toContain('public.integration_credentials');
  expect(dump).toContain('pgboss.');
  expectNone('the database', dump, [...secrets, cookie?.value ?? '']);
  await secure.close();
});
