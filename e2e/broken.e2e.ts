import type { Page } from '@playwright/test';
import { selfSigned } from './support/certificates';
import { Counterpart, type Mood, TOKENS } from './support/counterpart';
import { argocd, connect, type NewIntegration, slack } from './support/people';
import { freePort } from './support/ports';
import { button, chooseService, field, fillWizard, heading, stateOf } from './support/screen';
import { expect, signedInTest as test } from './support/test';

/** What a person reads about each way to break. */
interface Explanation {
  title: string;
  reason: string | RegExp;
  hint: string;
}

const REFUSED: Explanation = {
  title: 'The credentials were refused',
  reason: 'Invalid authentication token',
  hint: 'generate a new one with argocd account generate-token',
};
const STOPPED: Explanation = {
  title: 'The service refused the connection',
  reason: /127\.0\.0\.1:\d+ refused the connection: nothing listens on this port\./,
  hint: 'check the host and port, and that the service is running',
};
const SILENT: Explanation = {
  title: 'The service did not answer in time',
  reason: /argocd\.example\.com did not answer (in time|within)/,
  hint: 'check that a firewall lets this server reach it',
};
const BAD_CERTIFICATE: Explanation = {
  title: 'The secure connection failed',
  reason: /The certificate of 127\.0\.0\.1:\d+ is self-signed/,
  hint: 'add the CA certificate of your organisation',
};
const FAILING: Explanation = {
  title: 'The answer was not what this service sends',
  reason: 'Argo CD answered with an error of its own (status 500)',
  hint: 'Check whether Argo CD, or the proxy in front of it, is working',
};
const WEB_PAGE: Explanation = {
  title: 'The answer was not what this service sends',
  reason: 'That address answered with a web page',
  hint: 'check the server URL, and whether a sign-in page stands before it',
};
const SLACK_SAYS_NO: Explanation = {
  title: 'The credentials were refused',
  reason: 'The bot token was revoked or has expired',
  hint: 'Reinstall the app in the workspace and paste the new bot token.',
};

const SILENT_LIMIT_MS = 20_000;
const WATCH_LIMIT_MS = 45_000;

test.describe('the test before saving explains', () => {
  async function tryArgoCd(page: Page, serverUrl: string, token: string = TOKENS.argocd): Promise<void> {
    await chooseService(page, 'argo', 'Argo CD');
    await fillWizard(page, {
      credentials: { 'Authentication token': token },
      configuration: { 'Server URL': serverUrl },
    });
  }

  async function expectExplained(page: Page, { title, reason, hint }: Explanation, timeout = 10_000) {
    const alert = page.getByRole('alert');
    await expect(alert).toContainText(title, { timeout });
    await expect(alert).toContainText(reason);
    await expect(alert).toContainText(hint);
    await expect(button(page, 'Save integration')).toHaveCount(0);
  }

  const moods: [Mood, Explanation][] = [
    ['failing', FAILING],
    ['web page', WEB_PAGE],
    ['silent', SILENT],
  ];
  for (const [mood, explanation] of moods) {
    test(`a service that is ${mood}`, async ({ page, services }) => {
      services.set('broken', mood);
      await tryArgoCd(page, 'https://argocd.example.com/broken');
      await expectExplained(page, explanation, SILENT_LIMIT_MS);
      services.set('broken', 'well');
      await button(page, 'Test again').click();
      await expect(page.getByRole('status')).toContainText('Connection successful');
    });
  }

  test('a wrong token', async ({ page }) => {
    await tryArgoCd(page, 'https://argocd.example.com', 'eyJ-another-token');
    await expectExplained(page, REFUSED);
    await expect(page.getByRole('alert')).toContainText('HTTP 401');
    await button(page, 'Change credentials').click();
    await expect(field(page, 'Authentication token')).toBeVisible();
  });

  test('a stopped server', async ({ page }) => {
    await tryArgoCd(page, `http://127.0.0.1:${await freePort()}`);
    await expectExplained(page, STOPPED);
  });

  test('a bad certificate', async ({ page }) => {
    const secure = await Counterpart.start(selfSigned());
    await tryArgoCd(page, secure.url);
    await expectExplained(page, BAD_CERTIFICATE);
    expect(secure.requests, 'no token may reach an unproven server').toEqual([]);
    await secure.close();
  });

  test('Slack, which answers 200 to everything', async ({ page, services }) => {
    services.set('slack', 'revoked');
    await chooseService(page, 'slack', 'Slack');
    await fillWizard(page, { credentials: { 'Bot token': TOKENS.slack } });
    await expectExplained(page, SLACK_SAYS_NO);
  });
});

/** Half a minute of the page's time: it asks the server again. */
const LATER_MS = 31_000;

/** What a page that stays open shows after a while, without being touched. */
async function inTime(page: Page, look: () => Promise<void>): Promise<void> {
  await expect(async () => {
    await page.clock.fastForward(LATER_MS);
    await look();
  }).toPass({ timeout: WATCH_LIMIT_MS, intervals: [500] });
}

const soon = { timeout: 1000 };

test('the watch finds what breaks, says why and tells people, and finds when it works again', async ({
  page,
  person,
  product,
  services,
}) => {
  test.setTimeout(180_000);
  const certificate = selfSigned();
  const stopping = await Counterpart.start();
  const secure = await Counterpart.start(certificate);
  const at = (name: string, config: NewIntegration['config']): NewIntegration => ({
    ...argocd(name, ''),
    config,
  });
  const cases: [NewIntegration, Explanation][] = [
    [argocd('Failing', 'failing'), FAILING],
    [argocd('Revoked', 'revoked'), REFUSED],
    [argocd('Silent', 'silent'), SILENT],
    [argocd('Web page', 'page'), WEB_PAGE],
    [slack('Slack'), SLACK_SAYS_NO],
    [at('Stopped', { server_url: stopping.url }), STOPPED],
    [at('Certificate', { server_url: secure.url, ca_certificate: certificate.cert }), BAD_CERTIFICATE],
  ];
  const integrations = await Promise.all(cases.map(([values]) => connect(person, values)));
  const watched = integrations.map((integration, index) => ({
    ...integration,
    explanation: cases[index]?.[1] ?? FAILING,
  }));
  const names = watched.map(({ name }) => name).sort();
  const [failing, revoked] = watched;
  const tell = (what: string) => names.map((name) => `${name} ${what}`).sort();
  const subjects = (what: string) =>
    product
      .mails()
      .filter(({ to, subject }) => to === person.email && subject.endsWith(what))
      .map(({ subject }) => subject)
      .sort();
  const bell = (unread: number) =>
    page.getByRole('button', {
      name: unread ? `Notifications, ${unread} unread` : 'Notifications',
      exact: true,
    });

  await page.clock.install();
  await page.goto(`/integrations/${failing?.id}`);
  await expect(stateOf(page, 'Active')).toBeVisible();
  await expect(bell(0)).toBeVisible();

  await test.step('break them all', async () => {
    services.set('failing', 'failing');
    services.set('revoked', 'revoked');
    services.set('silent', 'silent');
    services.set('page', 'web page');
    services.set('slack', 'revoked');
    await stopping.close();
    await secure.present(selfSigned());
  });

  await test.step('the open page turns to Broken by itself, and the bell counts up', async () => {
    await inTime(page, () => expect(stateOf(page, 'Broken')).toBeVisible(soon));
    await expect(page.getByRole('main')).toContainText(FAILING.reason);
    await inTime(page, () => expect(bell(names.length)).toBeVisible(soon));
  });

  await test.step('each page says why, and what to do', async () => {
    for (const { id, name, explanation } of watched) {
      await page.goto(`/integrations/${id}`);
      await expect(heading(page, name)).toBeVisible();
      await expect(stateOf(page, 'Broken')).toBeVisible();
      const main = page.getByRole('main');
      await expect(main).toContainText(explanation.title);
      await expect(main).toContainText(explanation.reason);
      await expect(main).toContainText(explanation.hint);
      await expect(page.getByRole('region', { name: 'Health' })).toContainText('still open');
    }
  });

  await test.step('mails went out', async () => {
    await expect.poll(() => subjects('is broken')).toEqual(tell('is broken'));
    const mail = product.mails().find(({ subject }) => subject === 'Failing is broken');
    expect(mail?.text).toContain(FAILING.reason);
    expect(mail?.text).toContain(`${product.url}/integrations/${failing?.id}`);
  });

  await test.step('a notification leads to the page', async () => {
    await bell(names.length).click();
    await page.getByRole('link', { name: /^Failing is broken/ }).click();
    await expect(page).toHaveURL(`/integrations/${failing?.id}`);
    await expect(heading(page, 'Failing')).toBeVisible();
    await expect(bell(names.length - 1)).toBeVisible();
  });

  await test.step('mend them all', async () => {
    services.calm();
    await stopping.open();
    await secure.present(certificate);
    // A refused credential is tried again after a day: for Slack the day passes, for the other someone presses.
    await product.sql(`UPDATE integrations SET next_check_at = now() WHERE integration_type_id = 'slack'`);
  });

  await test.step('the open page is Active again by itself', async () => {
    await inTime(page, () => expect(stateOf(page, 'Active')).toBeVisible(soon));
    await expect(page.getByRole('region', { name: 'Health' })).toContainText('lasted');
  });

  await test.step('a test by hand recovers what the watch leaves alone', async () => {
    await page.goto(`/integrations/${revoked?.id}`);
    await expect(stateOf(page, 'Broken')).toBeVisible();
    await button(page, 'Test now').click();
    await expect(page.getByRole('status')).toContainText('Connection successful');
    await expect(stateOf(page, 'Active')).toBeVisible();
  });

  await test.step('the recoveries are told', async () => {
    await inTime(page, () => expect(bell(2 * names.length - 1)).toBeVisible(soon));
    await bell(2 * names.length - 1).click();
    await expect(page.getByRole('link', { name: /works again/ })).toHaveCount(names.length);
    await button(page, 'Mark all read').click();
    await expect(bell(0)).toBeVisible();
    await expect.poll(() => subjects('works again')).toEqual(tell('works again'));
  });

  await stopping.close();
  await secure.close();
});
