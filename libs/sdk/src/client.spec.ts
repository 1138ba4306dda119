import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import { json, refusal, reply, success, TestTiming, Wire } from '../test/wire.js';
import { Latchkey, type LatchkeyError } from './index.js';
import { VERSION } from './version.js';

const TOKEN = 'lk_7n42DGM5Tflk9n8mt7Fhc7_secretsecretsecretsecretsecretsecretsecret';
const ID = '019a9d52-8c1e-7d0f-8a4e-3f6d2c1b0a99';

let wire: Wire;
let latchkey: Latchkey;

beforeAll(async () => {
  wire = await Wire.start();
});
afterAll(() => wire.close());
beforeEach(() => {
  latchkey = new Latchkey({ url: wire.url, token: TOKEN }, new TestTiming());
});

const failure = (call: Promise<unknown>): Promise<LatchkeyError> =>
  call.then(
    () => {
      throw new Error('It succeeded.');
    },
    (error: LatchkeyError) => error,
  );

const CREDENTIAL = {
  integration_id: ID,
  integration_type_id: 'github',
  credential_type: 'github_app',
  auth_mode: 'app',
  status: 'active',
  values: { access_token: 'ghs_1' },
  expires_at: '2026-03-01T13:00:00.000Z',
  selected_resources: [{ kind: 'projects', id: 'p1', name: 'Project', details: { region: 'eu' } }],
};

const integration = (number: number) => ({
  id: `id-${number}`,
  integration_type_id: 'github',
  name: `Number ${number}`,
  description: null,
  category: 'source_control',
  config: { base_url: 'https://api.github.com' },
  status: 'active',
  error_code: null,
  error_message: null,
  hint: null,
  auth_mode: 'access_token',
  credential_type: 'api_token',
  token_status: 'none',
  token_expires_at: null,
  response_time_ms: 245,
  last_sync_at: null,
  last_checked_at: '2026-02-01T00:00:00Z',
  next_check_at: null,
  status_changed_at: '2026-02-01T00:00:00Z',
  consecutive_failures: 0,
  team_ids: ['t-1'],
  created_by: { id: 'u-1', full_name: 'Ada' },
  allowed_actions: [],
  created_at: '2026-01-01T00:00:00Z',
  updated_at: '2026-01-02T00:00:00Z',
});

describe('a credential', () => {
  it('is asked for with the token, and comes with a date', async () => {
    wire.answers(success({ credential: CREDENTIAL }));
    expect(await latchkey.getCredential(ID)).toEqual({
      integrationId: ID,
      integrationTypeId: 'github',
      credentialType: 'github_app',
      authMode: 'app',
      status: 'active',
      values: { access_token: 'ghs_1' },
      expiresAt: new Date('2026-03-01T13:00:00Z'),
      selectedResources: [{ kind: 'projects', id: 'p1', name: 'Project' }],
    });
    expect(wire.received).toMatchObject([
      {
        method: 'GET',
        path: `/api/v1/integrations/${ID}/credentials/value`,
        headers: {
          authorization: `Bearer ${TOKEN}`,
          accept: 'application/json',
          'user-agent': `latchkey-sdk/${VERSION}`,
        },
        body: '',
      },
    ]);
  });

  it('is asked for anew each time', async () => {
    const other = {
      ...CREDENTIAL,
      values: { access_token: 'ghs_2' },
      expires_at: null,
      selected_resources: undefined,
    };
    wire.answers(success({ credential: CREDENTIAL }), success({ credential: other }));
    const bound = latchkey.integration(ID);
    expect((await bound.getCredential()).values).toEqual({ access_token: 'ghs_1' });
    expect(await bound.getCredential()).toMatchObject({
      values: { access_token: 'ghs_2' },
      expiresAt: null,
      selectedResources: [],
    });
  });

  it('that is refused is an error with all that was said', async () => {
    wire.answers(
      refusal(409, 'REAUTHORIZATION_REQUIRED', { details: { kind: 'auth' } }, { 'retry-after': '120' }),
    );
    const error = await failure(latchkey.getCredential(ID));
    expect(error).toMatchObject({
      name: 'LatchkeyError',
      code: 'REAUTHORIZATION_REQUIRED',
      status: 409,
      message: 'No: REAUTHORIZATION_REQUIRED',
      details: { kind: 'auth' },
      requestId: 'r-1',
      retryAfter: 120,
    });
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'LatchkeyError',
      message: 'No: REAUTHORIZATION_REQUIRED',
      code: 'REAUTHORIZATION_REQUIRED',
      status: 409,
      details: { kind: 'auth' },
      requestId: 'r-1',
      retryAfter: 120,
    });
  });
});

describe('an answer that is not Latchkey’s', () => {
  const secret = 'ghs_do_not_show';
  it.each<[string, Parameters<Wire['answers']>[0]]>([
    ['HTML', reply(200, { 'content-type': 'text/html; charset=utf-8' }, `<p>${secret}`)],
    [
      'JSON cut off',
      reply(200, { 'content-type': 'application/json' }, `{"success": true, "data": "${secret}`),
    ],
    ['nothing', reply(200)],
    ['JSON of another kind', json(200, [secret])],
    ['no data', json(200, { success: true, message: secret })],
    ['no success', json(200, { success: false, data: { credential: CREDENTIAL } })],
    ['no credential', success({ secret })],
    ['values that are none', success({ credential: { ...CREDENTIAL, values: secret } })],
    ['a field missing', success({ credential: { ...CREDENTIAL, auth_mode: undefined, secret } })],
    ['a date that is none', success({ credential: { ...CREDENTIAL, expires_at: secret } })],
  ])('is told as such, without what it says: %s', async (_name, answer) => {
    wire.answers(answer);
    const error = await failure(latchkey.getCredential(ID));
    expect(error).toMatchObject({ code: 'UNEXPECTED_RESPONSE', status: 200 });
    expect(inspect(error, { depth: 9 })).not.toContain(secret);
  });

  it('keeps its status when it is a failure without JSON', async () => {
    wire.answers(reply(404, { 'content-type': 'text/html', 'x-request-id': 'r-9' }, '<h1>nginx</h1>'));
    expect(await failure(latchkey.getCredential(ID))).toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
      status: 404,
      requestId: 'r-9',
      details: undefined,
      message: expect.stringContaining('(status 404, text/html)'),
    });
  });

  it('takes what is sound of a refusal whose parts are not', async () => {
    wire.answers(
      json(403, { success: false, error: { code: 'FORBIDDEN', message: 7, details: 'x', request_id: {} } }),
    );
    expect(await failure(latchkey.getCredential(ID))).toMatchObject({
      code: 'FORBIDDEN',
      message: 'Latchkey refused the call with status 403.',
      details: undefined,
      requestId: null,
      retryAfter: null,
    });
  });

  it('is never followed elsewhere with the token', async () => {
    wire.answers(reply(308, { location: `${wire.url}/elsewhere` }));
    expect(await failure(latchkey.getCredential(ID))).toMatchObject({
      code: 'UNEXPECTED_RESPONSE',
      message: expect.stringContaining('final address'),
    });
    expect(wire.received).toHaveLength(1);
  });
});

describe('integrations', () => {
  it('are read one at a time', async () => {
    wire.answers(success({ integration: integration(1) }));
    expect(await latchkey.getIntegration('id-1')).toEqual({
      id: 'id-1',
      integrationTypeId: 'github',
      name: 'Number 1',
      description: null,
      category: 'source_control',
      config: { base_url: 'https://api.github.com' },
      status: 'active',
      errorCode: null,
      errorMessage: null,
      hint: null,
      authMode: 'access_token',
      credentialType: 'api_token',
      tokenStatus: 'none',
      tokenExpiresAt: null,
      responseTimeMs: 245,
      lastSyncAt: null,
      lastCheckedAt: new Date('2026-02-01T00:00:00Z'),
      nextCheckAt: null,
      statusChangedAt: new Date('2026-02-01T00:00:00Z'),
      consecutiveFailures: 0,
      selectedResources: [],
      teamIds: ['t-1'],
      createdBy: { id: 'u-1', fullName: 'Ada' },
      createdAt: new Date('2026-01-01T00:00:00Z'),
      updatedAt: new Date('2026-01-02T00:00:00Z'),
    });
    expect(wire.received[0]!.path).toBe('/api/v1/integrations/id-1');
  });

  const page = (numbers: number[], number: number) =>
    success({
      integrations: numbers.map(integration),
      pagination: { total: 5, page: number, per_page: 2 },
    });

  it('are listed page after page', async () => {
    wire.answers(page([1, 2], 1), page([3, 4], 2), page([5], 3));
    const names: string[] = [];
    const filters = {
      type: 'github',
      status: 'active',
      q: 'a & b',
      category: 'x',
      team: 't-1',
      perPage: 2,
    } as const;
    for await (const { name } of latchkey.listIntegrations(filters)) names.push(name);
    expect(names).toEqual(['Number 1', 'Number 2', 'Number 3', 'Number 4', 'Number 5']);
    const query = 'status=active&type=github&category=x&team=t-1&q=a+%26+b&sort=created_at&per_page=2';
    expect(wire.received.map(({ path }) => path)).toEqual(
      [1, 2, 3].map((number) => `/api/v1/integrations?${query}&page=${number}`),
    );
  });

  it('are asked for no further than they are needed', async () => {
    wire.answers(page([1, 2], 1));
    for await (const { name } of latchkey.listIntegrations({ sort: '-name' })) {
      expect(name).toBe('Number 1');
      break;
    }
    expect(wire.received.map(({ path }) => path)).toEqual([
      '/api/v1/integrations?sort=-name&per_page=100&page=1',
    ]);
  });

  it('end when a page is empty, whatever the total says', async () => {
    wire.answers(page([1, 2], 1), page([], 2));
    const names: string[] = [];
    for await (const { name } of latchkey.listIntegrations()) names.push(name);
    expect(names).toEqual(['Number 1', 'Number 2']);
  });

  it('that come without a count are no list', async () => {
    wire.answers(success({ integrations: [integration(1)], pagination: {} }));
    expect(await failure(latchkey.listIntegrations().next())).toMatchObject({ code: 'UNEXPECTED_RESPONSE' });
  });

  it('stop at once when the caller does', async () => {
    wire.answers(page([1, 2], 1));
    const stop = new AbortController();
    const names: string[] = [];
    const all = (async () => {
      for await (const { name } of latchkey.listIntegrations({}, { signal: stop.signal })) {
        names.push(name);
        stop.abort(new Error('enough'));
      }
    })();
    expect((await failure(all)).message).toBe('enough');
    expect(names).toEqual(['Number 1', 'Number 2']);
    expect(wire.received).toHaveLength(1);
  });
});
