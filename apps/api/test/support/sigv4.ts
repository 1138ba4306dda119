import { createHash, createHmac } from 'node:crypto';

/** A request as it arrived, to be signed again by somebody who knows the secret. */
export interface SignedRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface Scope {
  /** YYYYMMDD */
  date: string;
  region: string;
  service: string;
}

const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

function canonicalQuery(search: string): string {
  return search
    .split('&')
    .filter(Boolean)
    .map((part) => {
      const [name = '', value = ''] = part
        .split('=')
        .map((each) => decodeURIComponent(each.replaceAll('+', ' ')));
      return `${encoded(name)}=${encoded(value)}`;
    })
    .sort()
    .join('&');
}

/**
 * Signature Version 4, written from its documentation and apart from the library that Latchkey signs with:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signatureOf(
  request: SignedRequest,
  signedHeaders: string[],
  { date, region, service }: Scope,
  secret: string,
): string {
  const [path = '', search = ''] = request.path.split('?');
  const canonicalPath = service === 's3' ? path : path.split('/').map(encoded).join('/');
  const payload = request.headers['x-amz-content-sha256'] ?? sha256(request.body);
  const canonical = [
    request.method,
    canonicalPath,
    canonicalQuery(search),
    ...signedHeaders.map((name) => `${name}:${String(request.headers[name]).trim()}`),
    '',
    signedHeaders.join(';'),
    payload,
  ].join('\n');
  const scope = `${date}/${region}/${service}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', request.headers['x-amz-date'], scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secret}`);
  return createHmac('sha256', key).update(toSign).digest('hex');
}

/** What is wrong with the signature of a request; undefined when it is right. */
export function signatureProblem(request: SignedRequest, keyId: string, secret: string): string | undefined {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, id, date = '', region = '', service = '', names = '', signature] =
    pattern.exec(String(request.headers.authorization)) ?? [];
  if (!signature) return 'there is no signature';
  if (id !== keyId) return `the key is ${id}`;
  if (!String(request.headers['x-amz-date']).startsWith(date)) return 'the dates differ';
  const signedHeaders = names.split(';');
  if (!signedHeaders.includes('host') || !signedHeaders.includes('x-amz-date'))
    return `only ${names} is signed`;
  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !signedHeaders.includes(name),
  );
  if (unsigned.length > 0) return `${unsigned.join()} is not signed`;
  const hash = request.headers['x-amz-content-sha256'];
  if (hash !== undefined && hash !== 'UNSIGNED-PAYLOAD' && hash !== sha256(request.body))
    return 'the hash of the body is another';
  const expected = signatureOf(request, signedHeaders, { date, region, service }, secret);
  return expected === signature ? undefined : 'the signature does not match';
}
