import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, Counterpart } from './support/counterpart.js';
import { PROVIDER_CASES, type ProviderCase } from './support/provider-cases.js';
import { type Account, TestApp } from './support/test-app.js';

let counterpart: Counterpart;
let testApp: TestApp;
let admin: Account;

beforeAll(async () => {
  counterpart = await Counterpart.start();
  const hosts = new Set(PROVIDER_CASES.map(({ host }) => host));
  testApp = await TestApp.start({ environment: { EGRESS_HOST_MAP: counterpart.mapping(...hosts) } });
  admin = await testApp.account();
});

afterAll(async () => {
  await testApp.close();
  await counterpart.close();
});

const tryOut = ({ type, config, credentials }: ProviderCase) =>
  testApp.as(admin).post('/integrations/test', { integration_type_id: type, config, credentials });

/** Every step answers so. */
const always = (answer: Answer) => counterpart.answers({ '*': answer });

/** The test fails in the contract's form, with these details and without the secret. */
async function expectFailure(provider: ProviderCase, details: Record<string, unknown>): Promise<void> {
  const { body, text } = await tryOut(provider).expect(422);
  expect(body).toEqual({
    success: false,
    error: {
      code: 'CONNECTION_FAILED',
      message: expect.stringMatching(/\S/),
      details: {
        response_time_ms: expect.any(Number),
        hint: expect.stringMatching(/\w+ \w+/),
        reason: expect.stringMatching(/\w+ \w+/),
        ...details,
      },
      request_id: expect.any(String),
    },
  });
  expect(text).not.toContain(provider.secret);
}

describe.each(PROVIDER_CASES)('$name', (provider) => {
  it('is called exactly as its manifest says, and what it tells is shown', async () => {
    counterpart.answers(provider.success);
    const { body } = await tryOut(provider).expect(200);

    expect(body.data).toEqual({
      status: 'active',
      message: 'Connection successful',
      details: { ...provider.details, response_time_ms: expect.any(Number) },
    });
    expect(counterpart.requests).toEqual(
      provider.requests.map(({ method, path, headers }) => ({
        method,
        path,
        body: '',
        headers: {
          host: provider.host,
          connection: 'keep-alive',
          accept: 'application/json',
          'accept-encoding': expect.any(String),
          'user-agent': 'Latchkey',
          ...headers,
        },
      })),
    );
  });

  it.each(Object.entries(provider.refusals))('tells of %s', async (_, { answer, at, kind, reason }) => {
    counterpart.answers(at ? { ...provider.success, [at]: answer } : { '*': answer });
    await expectFailure(provider, { kind, reason, status_code: answer.status ?? 200 });
  });

  it('tells that it throttles', async () => {
    always({ status: 429, headers: { 'retry-after': '30' }, json: { ok: false, error: 'ratelimited' } });
    await expectFailure(provider, { kind: 'rate_limited', status_code: 429 });
  });

  it('tells of an error of its own', async () => {
    always({ status: 500, text: `<h1>Oops, ${provider.secret}</h1>` });
    await expectFailure(provider, { kind: 'bad_response', status_code: 500 });
  });

  it('does not follow a redirect to a sign-in page', async () => {
    always({ status: 302, headers: { location: 'https://sso.example.com/login?next=/' } });
    await expectFailure(provider, {
      kind: 'bad_response',
      reason: 'That address redirects to a sign-in page',
      status_code: 302,
    });
    expect(counterpart.requests).toHaveLength(1);
  });
});

describe.each(PROVIDER_CASES.filter(({ judgesBody }) => judgesBody))('$name', (provider) => {
  it('is not taken for a web page that answers 200', async () => {
    always({ text: '<!doctype html><title>Welcome</title>' });
    await expectFailure(provider, {
      kind: 'bad_response',
      reason: 'That address answered with a web page',
      status_code: 200,
    });
  });

  it('is not taken for an empty answer', async () => {
    always({ status: 200 });
    await expectFailure(provider, {
      kind: 'bad_response',
      reason: 'The answer was empty',
      status_code: 200,
    });
  });
});

const caseOf = (name: string): ProviderCase => PROVIDER_CASES.find((provider) => provider.name === name)!;

describe('an optional step', () => {
  it.each([
    ['Argo CD', 'GET /root/api/version', { applications_count: 2, username: 'latchkey' }],
    ['Prometheus, bearer token', 'GET /api/v1/status/buildinfo', {}],
    ['Grafana, service account', 'GET /api/health', { organization: 'Acme' }],
  ])('of %s may fail', async (name, step, details) => {
    const provider = caseOf(name);
    counterpart.answers({ ...provider.success, [step]: { status: 500, text: 'no' } });
    const { body } = await tryOut(provider).expect(200);
    expect(body.data.details).toEqual({ ...details, response_time_ms: expect.any(Number) });
  });
});

describe('Argo CD', () => {
  it('has no applications when it writes the list as null', async () => {
    const provider = caseOf('Argo CD');
    counterpart.answers({ ...provider.success, 'GET /root/api/v1/applications': { json: { items: null } } });
    const { body } = await tryOut(provider).expect(200);
    expect(body.data.details.applications_count ?? 0).toBe(0);
  });
});

describe('details', () => {
  it('never hold the credential, even when the provider repeats it', async () => {
    const provider = caseOf('GitHub');
    counterpart.answers({ 'GET /user': { json: { login: `you sent ${provider.secret}` } } });
    const { body, text } = await tryOut(provider).expect(200);
    expect(body.data.details.username).toBe('you sent [redacted]');
    expect(text).not.toContain(provider.secret);
  });
});

describe('Generic HTTP', () => {
  it('takes another status for a success when told to', async () => {
    const provider = caseOf('Generic HTTP, bearer token');
    always({ status: 204 });
    await tryOut(provider).expect(200);
    const strict = { ...provider, config: { ...provider.config, expected_status: 201 } };
    await expectFailure(strict, { kind: 'bad_response', status_code: 204 });
    always({ status: 201, json: {} });
    await tryOut(strict).expect(200);
  });

  it.each(['Host', 'Transfer-Encoding'])('does not let the credential be the header %s', async (header) => {
    always({ json: {} });
    const provider = caseOf('Generic HTTP, key in a header');
    const credentials = { ...provider.credentials, header_name: header };
    const { body } = await tryOut({ ...provider, credentials }).expect(400);
    expect(Object.keys(body.error.details)).toEqual(['credentials.header_name']);
    expect(counterpart.requests).toHaveLength(0);
  });
});
