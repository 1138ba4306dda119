import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KindsBench } from './support/kinds-bench.js';
import { ACCESS_KEY, ROLE, SECRET_KEY, Sts, STS_HOST, stsError } from './support/sts.js';

let bench: KindsBench;
let sts: Sts;

beforeAll(async () => {
  sts = await Sts.start();
  // What the SDK would read by itself must not decide where a credential goes.
  Object.assign(process.env, { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_REGION: 'us-east-1' });
  bench = await KindsBench.start({ EGRESS_HOST_MAP: sts.server.mapping(STS_HOST, 'sts.private.example') });
});

afterAll(async () => {
  delete process.env.AWS_ENDPOINT_URL;
  delete process.env.AWS_REGION;
  await bench.close();
  await sts.close();
});

beforeEach(() => sts.serve(() => bench.testApp.clock.now()));

const key = { credential_type: 'aws_access_key', access_key_id: ACCESS_KEY, secret_access_key: SECRET_KEY };
const role = { ...key, credential_type: 'aws_assume_role', role_arn: ROLE, external_id: 'external-1' };
const config = { region: 'eu-central-1' };

const tryOut = (credentials: object, more: object = {}) =>
  bench.api.post('/integrations/test', {
    integration_type_id: 'aws',
    config: { ...config, ...more },
    credentials,
  });

describe('an AWS access key', () => {
  it('signs a question to STS, which says whose it is', async () => {
    const { body } = await tryOut(key).expect(200);
    expect(body.data.details).toEqual({
      account: '123456789012',
      arn: 'arn:aws:sts::123456789012:user/latchkey',
      user_id: 'AIDA',
      response_time_ms: expect.any(Number),
    });
    expect(sts.problems).toEqual([]);
    const [request] = sts.server.requests;
    expect(request?.headers.host).toBe(STS_HOST);
    expect(new URLSearchParams(request?.body).get('Action')).toBe('GetCallerIdentity');
    expect(request?.headers.authorization).toContain(`Credential=${ACCESS_KEY}/`);
    expect(request?.headers.authorization).toContain('/eu-central-1/sts/aws4_request');
  });

  it('is created after its test', async () => {
    const { body } = await bench.create('aws', config, key).expect(201);
    expect(body.data.integration).toMatchObject({ status: 'active', auth_mode: 'aws_access_key' });
  });

  it('goes to another address of STS where one is given', async () => {
    await tryOut(key, { sts_endpoint: 'https://sts.private.example' }).expect(200);
    expect(sts.server.requests[0]?.headers.host).toBe('sts.private.example');
  });

  it.each<[string, object, object]>([
    [
      'a wrong secret',
      { secret_access_key: `${SECRET_KEY.slice(0, -1)}X` },
      { kind: 'auth', reason: 'The secret access key is wrong' },
    ],
    [
      'an unknown key',
      { access_key_id: 'AKIAIOSFODNN7OTHERXX' },
      { kind: 'auth', reason: 'AWS does not know the access key' },
    ],
    [
      'temporary keys that have expired',
      { access_key_id: 'ASIAIOSFODNN7EXAMPLE', session_token: 'old' },
      { kind: 'auth', reason: 'The temporary keys have expired' },
    ],
  ])('with %s is refused', async (_what, more, details) => {
    const { body } = await tryOut({ ...key, ...more }).expect(422);
    expect(body.error.details).toMatchObject({
      ...details,
      hint: expect.stringMatching(/\w+ \w+/),
      status_code: 403,
    });
    expect(sts.server.requests).toHaveLength(1);
  });

  it.each<[string, Parameters<typeof stsError>, object]>([
    [
      'a clock that is wrong',
      ['SignatureDoesNotMatch', 'Signature expired: 20260101T000000Z is now earlier than 20260101T001000Z'],
      {
        kind: 'auth',
        reason: 'AWS refused the signature because of its time',
        hint: expect.stringContaining('NTP'),
      },
    ],
    ['throttling', ['Throttling', 'Rate exceeded', 400], { kind: 'rate_limited' }],
    ['a region that is off', ['RegionDisabledException', 'STS is not activated', 403], { kind: 'config' }],
    ['an error of AWS', ['InternalFailure', 'oops', 500], { kind: 'bad_response', status_code: 500 }],
  ])('tells of %s', async (_what, answer, details) => {
    sts.server.answers({ 'POST /': stsError(...answer) });
    const { body } = await tryOut(key).expect(422);
    expect(body.error.details).toMatchObject(details);
    expect(sts.server.requests).toHaveLength(1);
  });

  it.each([
    ['a web page', { text: '<!doctype html><h1>Welcome</h1>' }],
    ['nothing', { status: 200 }],
    ['JSON', { json: { ok: true } }],
    ['a redirect', { status: 302, headers: { location: 'https://sts.private.example/' } }],
  ])('does not take %s for STS', async (_what, answer) => {
    sts.server.answers({ '*': answer });
    const { body } = await tryOut(key).expect(422);
    expect(body.error.details).toMatchObject({ kind: 'bad_response' });
    expect(sts.server.requests).toHaveLength(1);
  });

  it.each([
    ['access_key_id', { access_key_id: 'hunter2hunter2' }, 'must be 20 characters'],
    [
      'secret_access_key',
      { secret_access_key: 'hunter2 with a space' },
      'must be the secret access key alone',
    ],
    ['session_token', { access_key_id: 'ASIAIOSFODNN7EXAMPLE' }, 'is required'],
  ])('is refused for a wrong %s', async (field, more, message) => {
    await bench.refused(bench.create('aws', config, { ...key, ...more }), field, message);
  });
});

describe('an assumed role', () => {
  it('is assumed with the key, and its session is used', async () => {
    const { body } = await tryOut(role).expect(200);
    expect(body.data.details.arn).toBe('arn:aws:sts::123456789012:assumed-role/latchkey/latchkey');
    expect(sts.problems).toEqual([]);
    expect(Object.fromEntries(sts.assumed[0]!)).toMatchObject({
      RoleArn: ROLE,
      ExternalId: 'external-1',
      RoleSessionName: 'latchkey',
      DurationSeconds: '3600',
    });
  });

  it('is assumed again once, a minute before the session ends, however many checks want it', async () => {
    const { body } = await bench.create('aws', config, role).expect(201);
    const { id } = body.data.integration;
    expect(await bench.health(id)).toMatchObject({ ok: true });
    expect(await bench.health(id)).toMatchObject({ ok: true });
    expect(sts.assumed).toHaveLength(2); // one for the test before it was saved, one since
    bench.testApp.clock.advance(3_540_000);
    const outcomes = await Promise.all(Array.from({ length: 100 }, () => bench.health(id)));
    expect(outcomes.filter(({ ok }) => !ok)).toEqual([]);
    expect(sts.assumed).toHaveLength(3);
    expect(sts.problems).toEqual([]);
  });

  it('that does not trust the key is told of', async () => {
    await bench.signIn();
    const { body } = await tryOut({ ...role, external_id: 'other' }).expect(422);
    expect(body.error.details).toMatchObject({
      kind: 'permission',
      reason: 'The access key may not assume the role',
      hint: expect.stringContaining('trust policy'),
    });
  });

  it('that lives for ever, or is over already, is not believed', async () => {
    for (const years of [-1, 20]) {
      sts.serve(() => bench.testApp.clock.now() + years * 31_536_000_000);
      const { body } = await tryOut(role).expect(422);
      expect(body.error.details).toMatchObject({
        kind: 'bad_response',
        reason: expect.stringContaining('lifetime'),
      });
    }
  });

  it.each([
    ['role_arn', { role_arn: 'arn:aws:iam::12:role/x' }, 'must be the ARN of a role'],
    ['external_id', { external_id: 'x' }, 'must be 2 to 1224'],
    ['session_name', { session_name: 'with space' }, 'must be 2 to 64'],
  ])('is refused for a wrong %s', async (field, more, message) => {
    await bench.refused(bench.create('aws', config, { ...role, ...more }), field, message);
  });
});
