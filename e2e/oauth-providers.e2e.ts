import { expectAccessible, expectFits } from './support/accessible';
import { expect, test, throughWindow } from './support/oauth-test';
import { type PlayedProvider, PROVIDERS } from './support/providers';
import { button, chooseService, contentOf, field, stateOf } from './support/screen';

test.use({ installation: 'oauth' });

const OWN = { id: 'client-of-the-organisation', secret: 'secret-of-the-organisation' };

for (const [typeId, provider] of Object.entries<PlayedProvider>(PROVIDERS)) {
  test(`${provider.name}: from the wizard to a connection that works`, async ({
    page,
    providers,
    product,
  }) => {
    const { name, search, account, token, resources } = provider;
    await chooseService(page, search, name);
    if (typeId !== 'google_cloud') await page.getByRole('radio', { name: /^OAuth/ }).click();
    const shared = typeId === 'netlify';
    if (!shared) {
      await field(page, 'Client ID').fill(OWN.id);
      await field(page, 'Client secret').fill(OWN.secret);
    }
    await expectAccessible(page, `${name}: the way by consent`);
    await button(page, 'Continue').click();
    await expect(field(page, 'Name')).toBeVisible();
    await throughWindow(page, `Connect with ${name}`);
    await expect(
      page.getByRole('status').filter({ hasText: `${name} is connected as ${account}` }),
    ).toBeVisible();
    await expect(stateOf(page, 'Active')).toBeVisible();

    const [asked] = providers.visited;
    const client = shared ? 'netlify-client-of-the-installation' : OWN.id;
    expect(asked?.searchParams.get('client_id')).toBe(client);
    expect(asked?.searchParams.get('redirect_uri')).toBe(`${product.url}/api/v1/oauth/callback`);
    const [exchange] = providers.exchanges;
    expect(exchange).toMatchObject({ host: token.host, path: token.path });
    expect(exchange?.form.get('code')).toBe('code-of-the-tests');
    expect(await contentOf(page)).not.toContain(String(token.answer.access_token));

    if (resources) {
      const [first = ''] = resources.names;
      const choice = page.getByRole('region', { name: resources.kind });
      await expect(choice.getByRole('checkbox')).toHaveCount(resources.names.length);
      await expectAccessible(page, `${name}: what to choose`);
      await expectFits(page, `${name}: what to choose`);
      await choice.getByRole('checkbox', { name: first }).click();
      await button(choice, 'Save the choice').click();
      await expect(page.getByRole('region', { name: 'Facts' })).toContainText(first);
      await page.getByRole('tab', { name: 'Settings' }).click();
      const later = page.getByRole('region', { name: resources.kind });
      await expect(later.getByRole('checkbox', { name: first })).toBeChecked();
    }
  });
}

test('a client that the provider does not accept is said, and changed', async ({
  page,
  providers,
  person,
}) => {
  providers.refuse({ error: 'invalid_client' });
  await chooseService(page, 'vercel', 'Vercel');
  await page.getByRole('radio', { name: /^OAuth/ }).click();
  await field(page, 'Client ID').fill(OWN.id);
  await field(page, 'Client secret').fill('a-wrong-secret');
  await button(page, 'Continue').click();
  await throughWindow(page, 'Connect with Vercel');
  await expect(page.getByRole('alert')).toContainText('The service did not hand over a token');
  await button(page, 'Change the client').click();
  await expectAccessible(page, 'changing the client');
  providers.reset();
  await field(page, 'Client ID').fill(OWN.id);
  await field(page, 'Client secret').fill(OWN.secret);
  await button(page, 'Store the client').click();
  await expect(page.getByText(/^The client is kept\./).first()).toBeVisible();
  await throughWindow(page, button(page.getByRole('main'), 'Connect with Vercel').first());
  await expect(stateOf(page, 'Active')).toBeVisible();
  expect(providers.exchanges[0]?.form.get('client_secret')).toBe(OWN.secret);
  const { data } = await person.api.GET('/api/v1/integrations');
  expect(data?.data.pagination.total).toBe(1);
});

test('permissions are chosen, and asked for so', async ({ page, providers }) => {
  await chooseService(page, 'slack', 'Slack');
  await page.getByRole('radio', { name: /^OAuth/ }).click();
  await field(page, 'Client ID').fill(OWN.id);
  await field(page, 'Client secret').fill(OWN.secret);
  await page.getByRole('checkbox', { name: /^Posting to public channels/ }).click();
  await button(page, /^Show \d+ more$/).click();
  await page.getByRole('checkbox', { name: /^Uploading files/ }).click();
  await button(page, 'Continue').click();
  await throughWindow(page, 'Connect with Slack');
  const asked = providers.visited[0]?.searchParams.get('scope')?.split(',') ?? [];
  expect(asked).toContain('files:write');
  expect(asked).toContain('chat:write');
  expect(asked).not.toContain('chat:write.public');
});
