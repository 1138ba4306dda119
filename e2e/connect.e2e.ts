import type { Page } from '@playwright/test';
import { TOKENS } from './support/counterpart';
import { Prometheus } from './support/prometheus';
import {
  button,
  chooseService,
  contentOf,
  field,
  fillWizard,
  heading,
  stateOf,
  storageOf,
} from './support/screen';
import { expect, signedInTest as test } from './support/test';

/** The bodies of all answers that the page gets from now on. */
function recordAnswers(page: Page): () => Promise<string> {
  const answers: Promise<string>[] = [];
  page.on('response', (response) => {
    const isData = ['fetch', 'xhr', 'document'].includes(response.request().resourceType());
    if (isData) answers.push(response.text().catch(() => ''));
  });
  return async () => (await Promise.all(answers)).join('\n');
}

async function save(page: Page, name: string): Promise<void> {
  await button(page, 'Save integration').click();
  await expect(heading(page, name)).toBeVisible();
  await expect(page.getByText(`“${name}” is connected.`)).toBeVisible();
  await expect(stateOf(page, 'Active')).toBeVisible();
}

test('PostgreSQL: a connection string, tested against the real server and seen by nobody again', async ({
  page,
  product,
}) => {
  const { user, password, host, port, database } = product.database;
  const answers = recordAnswers(page);
  await chooseService(page, 'sql', 'PostgreSQL');
  await expect(page.getByRole('complementary', { name: 'Where do I find this?' })).toContainText(
    'Create a role of its own',
  );
  await button(page, 'Continue').click();
  await expect(field(page, 'Connection string')).toHaveAccessibleDescription(/Fill in this field/);

  await fillWizard(page, {
    credentials: { 'Connection string': `postgresql://${user}:${password}@${host}:${port}/${database}` },
    name: 'Own database',
  });
  const result = page.getByRole('status').filter({ hasText: 'Connection successful' });
  await expect(result).toContainText(/Server version.*18/s);
  await expect(result).toContainText(user);
  await save(page, 'Own database');

  await page.getByRole('tab', { name: 'Settings' }).click();
  await expect(page.getByRole('region', { name: 'Credentials' })).toContainText('Set, unchanged');
  await page.reload();
  await expect(page.getByRole('region', { name: 'Credentials' })).toContainText('Set, unchanged');
  expect(await contentOf(page)).not.toContain(password);
  const told = await answers();
  expect(told).toContain('Own database');
  expect(told).not.toContain(password);
});

test('Prometheus: user name and password, against a real server', async ({ page }) => {
  test.skip(!Prometheus.isInstalled(), 'Prometheus is not installed here (apt-get install prometheus)');
  const prometheus = await Prometheus.start();
  try {
    await chooseService(page, 'prom', 'Prometheus');
    await page.getByRole('radio', { name: /User name and password/ }).click();
    await fillWizard(page, {
      credentials: { 'User name': Prometheus.user, Password: 'not the password' },
      configuration: { 'Server URL': prometheus.url },
    });
    await expect(page.getByRole('alert')).toContainText('Wrong user name or password');
    await button(page, 'Change credentials').click();
    await field(page, 'Password').fill(Prometheus.password);
    await button(page, 'Continue').click();
    await expect(field(page, 'Server URL')).toHaveValue(prometheus.url);
    await button(page, 'Test the connection').click();
    await expect(page.getByRole('status').filter({ hasText: 'Connection successful' })).toContainText(
      /Server version.*\d+\.\d+/s,
    );
    await save(page, 'Prometheus');
  } finally {
    await prometheus.stop();
  }
});

test('GitHub: a token, sent exactly as GitHub wants it', async ({ page, services }) => {
  await chooseService(page, 'git', 'GitHub');
  services.requests.length = 0;
  await fillWizard(page, { credentials: { 'Access token': TOKENS.github }, name: 'Our GitHub' });
  await expect(page.getByRole('status').filter({ hasText: 'Connection successful' })).toContainText(
    'octo-robot',
  );
  const [asked] = services.askedOf('github');
  expect(asked).toMatchObject({
    method: 'GET',
    host: 'api.github.com',
    path: '/user',
    body: '',
    headers: {
      authorization: `Bearer ${TOKENS.github}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    },
  });
  await save(page, 'Our GitHub');
});

test('Slack: a bot token', async ({ page, services }) => {
  await chooseService(page, 'chat', 'Slack');
  services.requests.length = 0;
  await fillWizard(page, { credentials: { 'Bot token': TOKENS.slack } });
  await expect(page.getByRole('status').filter({ hasText: 'Connection successful' })).toContainText('Acme');
  expect(services.askedOf('slack')[0]).toMatchObject({
    method: 'POST',
    host: 'slack.com',
    path: '/api/auth.test',
    headers: { authorization: `Bearer ${TOKENS.slack}` },
  });
  await save(page, 'Slack');
});

test('Argo CD: the draft survives a reload without its secret', async ({ page, services }) => {
  const namespace = 'team-a';
  await chooseService(page, 'gitops', 'Argo CD');
  await field(page, 'Authentication token').fill(TOKENS.argocd);
  await button(page, 'Continue').click();
  await field(page, 'Name').fill('Argo CD of production');
  await field(page, 'Server URL').fill('argocd.example.com');
  await button(page, 'Test the connection').click();
  await expect(field(page, 'Server URL')).toHaveAccessibleDescription(/Enter an address|https:\/\//);
  await field(page, 'Server URL').fill('https://argocd.example.com/production');
  await field(page, 'Namespace').fill(namespace);

  await page.reload();
  await expect(page.getByText('Your draft is back.')).toBeVisible();
  await expect(field(page, 'Authentication token')).toHaveValue('');
  expect(await storageOf(page)).toContain('Argo CD of production');
  expect(await contentOf(page)).not.toContain(TOKENS.argocd);

  await field(page, 'Authentication token').fill(TOKENS.argocd);
  await button(page, 'Continue').click();
  await expect(field(page, 'Name')).toHaveValue('Argo CD of production');
  await expect(field(page, 'Server URL')).toHaveValue('https://argocd.example.com/production');
  services.requests.length = 0;
  await button(page, 'Test the connection').click();
  const result = page.getByRole('status').filter({ hasText: 'Connection successful' });
  await expect(result).toContainText('v3.1.0');
  await expect(result).toContainText(/Applications count\s*2/);

  const asked = services.askedOf('production');
  expect(asked.map(({ method, path }) => `${method} ${decodeURIComponent(path)}`)).toEqual([
    'GET /production/api/v1/applications?fields=metadata.resourceVersion,items.metadata.name&appNamespace=team-a',
    'GET /production/api/v1/session/userinfo',
    'GET /production/api/version',
  ]);
  for (const { host, headers } of asked.slice(0, 2)) {
    expect(host).toBe('argocd.example.com');
    expect(headers.authorization).toBe(`Bearer ${TOKENS.argocd}`);
  }
  await save(page, 'Argo CD of production');
  expect(await storageOf(page)).not.toContain('Argo CD of production');
});

test('SSH: the private key comes from a file, and a file that is none says so', async ({ page }) => {
  const key =
    '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n-----END OPENSSH PRIVATE KEY-----\n';
  await chooseService(page, 'ssh', 'SSH');
  const choose = async (name: string, content: Buffer) => {
    const chooser = page.waitForEvent('filechooser');
    await button(page, 'Private key from a file').click();
    await (await chooser).setFiles({ name, mimeType: 'application/octet-stream', buffer: content });
  };
  await choose('key.der', Buffer.from([0x30, 0x82, 0xff, 0xfe]));
  await expect(page.getByRole('alert')).toContainText('This is not a text file');
  await expect(field(page, 'Private key')).toHaveValue('');
  await choose('latchkey', Buffer.from(key));
  await expect(field(page, 'Private key')).toHaveValue(key);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(field(page, 'Private key')).toHaveCSS('-webkit-text-security', 'disc');
  expect(await storageOf(page)).not.toContain('BEGIN OPENSSH');
  await button(page, 'Continue').click();
  await expect(field(page, 'Host')).toBeVisible();
});
