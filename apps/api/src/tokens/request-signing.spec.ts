import { describe, expect, it } from '@jest/globals';
import { type AuthWay, loadCatalogue } from '@latchkey/catalogue';
import { signatureOf, signatureProblem } from '../../test/support/sigv4.js';
import { type RequestToSign, signRequest } from './request-signing.js';

const catalogue = loadCatalogue();
const wayOf = (type: string, id: string): AuthWay => catalogue.get(type)!.auth.find((way) => way.id === id)!;

const ID = 'AKIAIOSFODNN7EXAMPLE';
const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const NOW = new Date('2015-08-30T12:36:00Z');
const SQS = { service: 'sqs' };
const accessKey = wayOf('aws', 'aws_access_key');
const fields = { access_key_id: ID, secret_access_key: SECRET };

async function signed(request: RequestToSign, config = {}, more = {}) {
  const settings = { region: 'us-east-1', service: 'sqs', ...config };
  const headers = await signRequest(accessKey, { ...fields, ...more }, settings, request, NOW);
  const url = new URL(request.url);
  const sent = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  return {
    headers,
    arrived: {
      method: request.method,
      path: url.pathname + url.search,
      headers: { ...sent, host: url.host, ...headers },
      body: Buffer.isBuffer(request.body) ? request.body.toString() : '',
    },
  };
}

describe('the check that these tests rest on', () => {
  it('computes the signature that AWS publishes for get-vanilla in its test suite', () => {
    const headers = { host: 'example.amazonaws.com', 'x-amz-date': '20150830T123600Z' };
    const request = { method: 'GET', path: '/', headers, body: '' };
    const scope = { date: '20150830', region: 'us-east-1', service: 'service' };
    expect(signatureOf(request, ['host', 'x-amz-date'], scope, SECRET)).toBe(
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    );
  });
});

describe('signRequest', () => {
  it.each<[string, RequestToSign, { service: string }]>([
    ['a GET', { method: 'GET', url: 'https://sqs.us-east-1.amazonaws.com/', headers: {} }, SQS],
    [
      'a query that is unsorted, repeated, empty and encoded',
      {
        method: 'GET',
        url: 'https://sqs.us-east-1.amazonaws.com/?b=2&a=3&a=1&empty=&x=%2F%20%C3%A4&tilde=~&star=*',
        headers: {},
      },
      SQS,
    ],
    [
      'a path with encoded characters',
      { method: 'GET', url: 'https://sqs.us-east-1.amazonaws.com/a%20b/%C3%A4/c%2Fd/(x)', headers: {} },
      SQS,
    ],
    [
      'a POST with a body and its type',
      {
        method: 'POST',
        url: 'https://sqs.us-east-1.amazonaws.com/',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', 'X-Amz-Target': 'A.B' },
        body: Buffer.from('Action=ListQueues&Version=2012-11-05'),
      },
      SQS,
    ],
    [
      'an address with a port',
      { method: 'PUT', url: 'http://127.0.0.1:4566/queue', headers: {}, body: Buffer.from('{}') },
      SQS,
    ],
    [
      'an object of S3, whose path is encoded once',
      { method: 'GET', url: 'https://bucket.s3.us-east-1.amazonaws.com/a%20b/%C3%A4.txt', headers: {} },
      { service: 's3' },
    ],
  ])('signs %s as AWS will compute it', async (_what, request, config) => {
    const { arrived } = await signed(request, config);
    expect(signatureProblem(arrived, ID, SECRET)).toBeUndefined();
    expect(signatureProblem(arrived, ID, `${SECRET}x`)).toBe('the signature does not match');
    expect(signatureProblem({ ...arrived, body: 'other' }, ID, SECRET)).toBe(
      'the hash of the body is another',
    );
  });

  it('encodes the path of an object as S3 does, whatever form it comes in', async () => {
    const raw = { method: 'GET', headers: {} };
    const one = await signed({ ...raw, url: 'https://b.s3.amazonaws.com/a(1)+!.txt' }, { service: 's3' });
    const other = await signed(
      { ...raw, url: 'https://b.s3.amazonaws.com/a%281%29%2B%21.txt' },
      { service: 's3' },
    );
    expect(one.headers.authorization).toBe(other.headers.authorization);
    expect(signatureProblem(other.arrived, ID, SECRET)).toBeUndefined();
  });

  it('signs the token of a session, and sends it', async () => {
    const { headers, arrived } = await signed(
      { method: 'GET', url: 'https://sqs.us-east-1.amazonaws.com/', headers: {} },
      {},
      { session_token: 'session-token' },
    );
    expect(headers['x-amz-security-token']).toBe('session-token');
    expect(headers.authorization).toContain('x-amz-security-token');
    expect(signatureProblem(arrived, ID, SECRET)).toBeUndefined();
  });

  it('says of a stream that its body is not signed', async () => {
    const { headers, arrived } = await signed(
      { method: 'PUT', url: 'https://bucket.s3.us-east-1.amazonaws.com/x', headers: {}, body: 'unsigned' },
      { service: 's3' },
    );
    expect(headers['x-amz-content-sha256']).toBe('UNSIGNED-PAYLOAD');
    expect(signatureProblem(arrived, ID, SECRET)).toBeUndefined();
  });

  it('does not let the caller bring a date, a token or a hash', async () => {
    const { headers } = await signed({
      method: 'GET',
      url: 'https://sqs.us-east-1.amazonaws.com/',
      headers: { 'X-Amz-Date': '20000101T000000Z', 'x-amz-security-token': 'x', 'X-Amz-Content-Sha256': 'y' },
    });
    expect(headers).toEqual({
      authorization: expect.stringContaining(`Credential=${ID}/20150830/us-east-1/sqs/aws4_request`),
      'x-amz-date': '20150830T123600Z',
      'x-amz-content-sha256': expect.stringMatching(/^e3b0c442/),
    });
  });

  it('adds nothing for other kinds of credentials', async () => {
    const request = { method: 'GET', url: 'https://api.example.com/', headers: {} };
    const way = wayOf('generic_http', 'bearer');
    expect(await signRequest(way, { token: 't' }, {}, request, NOW)).toEqual({});
  });
});
