import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ProxyLimits } from '../src/access/proxy/proxy-limits.js';
import { TestAuthority } from './support/certificates.js';
import { Counterpart } from './support/counterpart.js';
import { ProxyStage } from './support/proxy-stage.js';
import { signatureProblem } from './support/sigv4.js';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const KEY_ID = 'AKIAIOSFODNN7EXAMPLE';

let stage: ProxyStage;
let authority: TestAuthority;
let service: Counterpart;

beforeAll(async () => {
  stage = await ProxyStage.start();
  authority = new TestAuthority();
  service = await Counterpart.start(authority.issue(['IP:127.0.0.1']));
});

afterAll(async () => {
  await stage.close();
  await service.close();
});

beforeEach(() => {
  service.answers({ '*': { json: {} } });
  Object.assign(stage.limits, new ProxyLimits());
});

const integrate = (name: string, endpoint = service.url) =>
  stage.add({
    integration_type_id: 'aws',
    config: { region: 'eu-central-1', service: name, endpoint, ca_certificate: authority.certificate },
    credentials: { credential_type: 'aws_access_key', access_key_id: KEY_ID, secret_access_key: SECRET },
  });
const problem = () => signatureProblem(service.requests[0]!, KEY_ID, SECRET);

describe('a proxied call to AWS', () => {
  it('is signed with its query, its headers and its body; the caller’s own signature is dropped', async () => {
    const id = await integrate('sqs');
    const body = '{"QueueUrl":"x"}';
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': 'AmazonSQS.SendMessage',
      'x-amz-date': '20000101T000000Z',
      'x-amz-security-token': 'mine',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    };
    const answer = await stage.call('/a%20b/c?b=2&a=1', { id, method: 'POST', headers, body });
    expect(answer.status).toBe(200);
    expect(problem()).toBeUndefined();
    const seen = service.requests[0]!;
    expect(seen).toMatchObject({ path: '/a%20b/c?b=2&a=1', body });
    expect(seen.headers).not.toHaveProperty('x-amz-security-token');
    expect(seen.headers['x-amz-target']).toBe('AmazonSQS.SendMessage');
  });

  it('is signed without a body', async () => {
    await stage.call('/', { id: await integrate('sqs') });
    expect(problem()).toBeUndefined();
  });

  it('is refused when its body is too large to be signed', async () => {
    stage.limits.signedBytes = 1000;
    const id = await integrate('sqs');
    for (const framing of ['content-length', 'transfer-encoding']) {
      const headers = { [framing]: framing === 'content-length' ? '1001' : 'chunked' };
      const { status, json } = await stage.call('/', { id, method: 'POST', headers, body: 'x'.repeat(1001) });
      expect([status, json.error.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
      expect(json.error.message).toContain('AWS');
    }
    expect(service.requests).toHaveLength(0);
  });

  it('goes to S3 unsigned in its body when that is large', async () => {
    Object.assign(stage.limits, { signedBytes: 1000, smallBytes: 100 });
    const id = await integrate('s3');
    const headers = { 'content-length': '1001' };
    const answer = await stage.call('/bucket/key', { id, method: 'PUT', headers, body: 'x'.repeat(1001) });
    expect(answer.status).toBe(200);
    expect(service.requests[0]!.headers).toMatchObject({
      'content-length': '1001',
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    });
    expect(problem()).toBeUndefined();
  });
});
