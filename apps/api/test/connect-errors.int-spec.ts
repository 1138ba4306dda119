import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CALLBACK_URL, ConnectStage, outcomeOf } from './support/connect-stage.js';
import { consent, type TokenAnswer } from './support/oidc.js';

/** A text of the provider's, which nobody is to be shown. */
const THEIRS = 'Visit evil.example and enter your password';

let stage: ConnectStage;
let id: string;

beforeAll(async () => {
  stage = await ConnectStage.start();
});

beforeEach(async () => {
  stage.oidc.onToken();
  Object.assign(stage.oidc.person, { denies: false, withholds: [] });
  id = await stage.create();
});

afterAll(() => stage.close());

const failed = (code: string, more: object = {}) => ({
  flow: 'connect',
  outcome: 'failed',
  code,
  integration: id,
  display: 'page',
  ...more,
});

const json = (body: unknown, status = 200): TokenAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

/** It was said in our words alone, written down, and nothing was kept. */
async function expectTold(code: string, words: RegExp | string, metadata: object = {}): Promise<void> {
  const [entry] = await stage.logs(id);
  expect(entry).toMatchObject({
    action: 'authorisation_failed',
    status: 'failure',
    message: expect.stringMatching(words),
    metadata: { code, ...metadata },
  });
  expect((await stage.audit('integration.connect_failed')).at(-1)).toEqual({
    outcome: 'failure',
    actor_type: 'user',
    resource_id: id,
    metadata: { code, ...metadata },
  });
  const written = await stage.testApp.sql<{ text: string }>(
    `SELECT metadata::text || message AS text FROM integration_logs
     UNION ALL SELECT metadata::text FROM audit_logs UNION ALL SELECT details::text FROM oauth_states`,
  );
  expect(written.map(({ text }) => text).join(' ')).not.toContain('evil.example');
  expect(await stage.integration(id)).toMatchObject({
    status: 'pending',
    error_code: null,
    next_check_at: null,
  });
}

/** The provider sends the browser back with this instead of a code. */
async function answered(parameters: Record<string, string>) {
  const browser = stage.browser();
  const { searchParams } = new URL(await browser.initiate(id));
  const callback = new URL(CALLBACK_URL);
  callback.search = new URLSearchParams({ state: searchParams.get('state')!, ...parameters }).toString();
  return { browser, callback };
}

describe('when the person says no', () => {
  it('says so, and that nothing was changed', async () => {
    stage.oidc.person.denies = true;
    const landed = await stage.browser().connect(id, { display: 'popup' });

    expect(outcomeOf(landed)).toEqual(failed('OAUTH_DENIED', { display: 'popup' }));
    expect(stage.oidc.tokenRequests).toEqual({});
    await expectTold('OAUTH_DENIED', 'Generic HTTP API says that access was not allowed', {
      provider_error: 'access_denied',
    });
  });

  it.each(['user_denied', 'user_cancelled_login', 'consent_denied'])(
    'however it is called: %s',
    async (error) => {
      const { browser, callback } = await answered({ error, error_description: THEIRS });

      expect(outcomeOf(await browser.land(callback))).toEqual(failed('OAUTH_DENIED'));
      await expectTold('OAUTH_DENIED', 'access was not allowed', { provider_error: error });
    },
  );
});

describe('when the provider answers with an error', () => {
  it.each([
    ['server_error', 'Try again in a few minutes'],
    ['temporarily_unavailable', 'Try again in a few minutes'],
    ['invalid_scope', 'does not know one of the scopes'],
    ['unauthorized_client', 'does not let this client ask'],
    ['redirect_uri_mismatch', `our callback URL registered .* ${CALLBACK_URL}`],
    ['application_suspended', 'has suspended the client'],
    ['something.of_its_own', 'ended the authorisation with an error \\(something.of_its_own\\)'],
  ])('%s is told in our words', async (error, words) => {
    const { browser, callback } = await answered({ error, error_description: THEIRS, error_uri: THEIRS });

    expect(outcomeOf(await browser.land(callback))).toEqual(failed('OAUTH_PROVIDER_ERROR'));
    await expectTold('OAUTH_PROVIDER_ERROR', new RegExp(words), { provider_error: error });
    expect(outcomeOf(await browser.land(callback)).code).toBe('OAUTH_STATE_USED');
  });

  it('one that is no code is not repeated', async () => {
    const { browser, callback } = await answered({ error: THEIRS });

    expect(outcomeOf(await browser.land(callback))).toEqual(failed('OAUTH_PROVIDER_ERROR'));
    await expectTold('OAUTH_PROVIDER_ERROR', 'ended the authorisation with an error\\.');
  });

  it('the page that sends it itself gets the same', async () => {
    const { browser, callback } = await answered({ error: 'server_error', error_description: THEIRS });
    const { status, body } = await browser.post(Object.fromEntries(callback.searchParams));

    expect([status, body.error.code]).toEqual([502, 'OAUTH_PROVIDER_ERROR']);
    expect(body.error.details).toEqual({ provider_error: 'server_error' });
    expect(JSON.stringify(body)).not.toContain('evil.example');
  });

  it.each([
    ['neither a code nor an error', ''],
    ['an empty code', '&code='],
    ['two codes', '&code=a&code=b'],
    ['two errors', '&error=access_denied&error=server_error'],
    ['a code that is far too long', `&code=${'a'.repeat(9000)}`],
    ['two issuers', '&code=a&iss=b&iss=c'],
  ])('%s is none that can be read', async (_what, more) => {
    const { browser, callback } = await answered({});

    expect(outcomeOf(await browser.land(`${callback.href}${more}`))).toEqual(failed('OAUTH_PROVIDER_ERROR'));
    expect(stage.oidc.tokenRequests).toEqual({});
    await expectTold('OAUTH_PROVIDER_ERROR', 'sent an answer that is none');
  });
});

describe('when the exchange fails', () => {
  const answers: [what: string, answer: TokenAnswer | 'drop', metadata: object][] = [
    [
      'the code is refused',
      json({ error: 'invalid_grant', error_description: THEIRS }, 400),
      { provider_error: 'invalid_grant' },
    ],
    ['the client is refused', json({ error: 'invalid_client' }, 401), { provider_error: 'invalid_client' }],
    [
      'another error comes',
      json({ error: 'unsupported_grant_type' }, 400),
      { provider_error: 'unsupported_grant_type' },
    ],
    [
      'an error comes with status 200',
      json({ error: 'bad_verification_code', error_description: THEIRS }),
      { provider_error: 'bad_verification_code' },
    ],
    ['the server is down', json({ message: THEIRS }, 503), {}],
    ['it asks for patience', { ...json({}, 429), headers: { 'retry-after': '7' } }, {}],
    ['the connection breaks', 'drop', {}],
    ['there is no token in the answer', json({ ok: true }), {}],
    ['a page comes', { status: 200, headers: { 'content-type': 'text/html' }, body: `<html>${THEIRS}` }, {}],
    ['a token comes that no header takes', json({ access_token: 'a\nb', token_type: 'bearer' }), {}],
  ];

  it.each(answers)('%s: nothing is kept', async (_what, answer, metadata) => {
    stage.oidc.onToken(() => Promise.resolve(answer));

    expect(outcomeOf(await stage.browser().connect(id))).toEqual(failed('OAUTH_EXCHANGE_FAILED'));
    await expectTold('OAUTH_EXCHANGE_FAILED', 'You allowed it, but Generic HTTP API gave no token', metadata);
  });

  it('the server does not accept another verifier than the one whose challenge it was sent', async () => {
    const verifiers: string[] = [];
    stage.oidc.onToken(async ({ form }, forward) => {
      verifiers.push(form.get('code_verifier')!);
      return forward();
    });
    const browser = stage.browser();
    const address = new URL(await browser.initiate(id));
    address.searchParams.set('code_challenge', 'A'.repeat(43));

    expect(outcomeOf(await browser.land(await consent(address.href))).code).toBe('OAUTH_EXCHANGE_FAILED');
    expect(verifiers).toEqual([expect.stringMatching(/^[A-Za-z0-9_-]{43}$/)]);
    await expectTold('OAUTH_EXCHANGE_FAILED', 'gave no token', { provider_error: 'invalid_grant' });
  });

  it('an answer in the name of another server is not taken', async () => {
    id = await stage.create(stage.admin, { issuer: stage.oidc.url });
    const browser = stage.browser();
    const callback = await consent(await browser.initiate(id));
    expect(callback.searchParams.get('iss')).toBe(stage.oidc.url);
    callback.searchParams.set('iss', 'https://evil.example');
    stage.oidc.resetCounts();

    expect(outcomeOf(await browser.land(callback))).toEqual(failed('OAUTH_EXCHANGE_FAILED'));
    expect(stage.oidc.tokenRequests).toEqual({});
    await expectTold('OAUTH_EXCHANGE_FAILED', 'does not fit what was asked');
  });

  it('an address that egress does not allow is not called', async () => {
    id = await stage.create(stage.admin, { token_url: 'http://169.254.169.254/latest' });

    expect(outcomeOf(await stage.browser().connect(id))).toEqual(failed('OAUTH_EXCHANGE_FAILED'));
  });
});

describe('when less is granted than was asked for', () => {
  it('keeps nothing, names what is missing, and withdraws the token', async () => {
    stage.oidc.person.withholds = ['repo'];
    let token = '';
    stage.oidc.onToken(async (_request, forward) => {
      const answer = await forward();
      token = JSON.parse(answer.body).access_token;
      return answer;
    });

    expect(outcomeOf(await stage.browser().connect(id))).toEqual(
      failed('OAUTH_SCOPE_MISSING', { scopes: 'repo' }),
    );
    expect(token).not.toBe('');
    expect(await stage.oidc.accepts(token)).toBe(false);
    await expectTold('OAUTH_SCOPE_MISSING', 'repo is missing. Nothing was kept', {
      missing_scopes: ['repo'],
    });
    const { body } = await stage.testApp.as(stage.admin).get(`/integrations/${id}/credentials`).expect(200);
    expect(body.data.credentials.fields).toEqual(['client_id', 'client_secret']);
  });

  it('leaves what worked before alone', async () => {
    const tokens: string[] = [];
    stage.oidc.onToken(async (_request, forward) => {
      const answer = await forward();
      tokens.push(JSON.parse(answer.body).access_token);
      return answer;
    });
    await stage.browser().connect(id);
    stage.oidc.person.withholds = ['repo'];

    expect(outcomeOf(await stage.browser().connect(id)).code).toBe('OAUTH_SCOPE_MISSING');
    expect(tokens).toHaveLength(2);
    expect(await stage.oidc.accepts(tokens[0]!)).toBe(true);
    expect((await stage.integration(id)).status).toBe('active');
    await stage.testApp.as(stage.admin).post(`/integrations/${id}/test`).expect(200);
  });
});
