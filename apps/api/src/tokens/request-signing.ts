import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Checksum, SourceData } from '@smithy/types';
import type { AuthWay, FieldValue } from '@latchkey/catalogue';
import type { CredentialFields } from './credentials.service.js';

export interface RequestToSign {
  method: string;
  /** As it will be sent. */
  url: string | URL;
  headers: Record<string, string>;
  /** `unsigned`: a stream, which only S3 takes without a hash of it. Absent: no body. */
  body?: Buffer | 'unsigned';
}

/** SHA-256 and its HMAC from the platform, in the shape that the signer wants. */
class Sha256 implements Checksum {
  #hash: Hash | Hmac;

  constructor(private readonly secret?: SourceData) {
    this.#hash = this.begin();
  }

  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.begin();
  }

  private begin(): Hash | Hmac {
    return this.secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.secret));
  }
}

function bytesOf(data: SourceData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}

/** Others may be changed on the way; a signature has to cover these (SigV4, “canonical headers”). */
const isSigned = (name: string): boolean => /^(content-type|content-md5|x-amz-.+)$/.test(name);
/** What the signature brings itself; a caller's own would contradict it. */
const BROUGHT = new Set(['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256']);
const STRICT = /[!'()*]/g;

/** RFC 3986, section 2.3. */
const strictlyEncoded = (text: string): string =>
  encodeURIComponent(text).replace(STRICT, (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** S3 reads the path and encodes it once, its own way; every other service encodes again what it was sent. */
function pathFor(service: string, { pathname }: URL): string {
  if (service !== 's3') return pathname;
  return pathname
    .split('/')
    .map((segment) => strictlyEncoded(decoded(segment)))
    .join('/');
}

function queryOf({ searchParams }: URL): Record<string, string[]> {
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => [name, searchParams.getAll(name)]),
  );
}

function headersToSign(url: URL, headers: Record<string, string>): Record<string, string> {
  const kept = Object.entries(headers)
    .map(([name, value]): [string, string] => [name.toLowerCase(), value])
    .filter(([name]) => isSigned(name) && !BROUGHT.has(name));
  return { ...Object.fromEntries(kept), host: url.host };
}

/**
 * The headers that sign a request: AWS Signature Version 4 for ways of type `aws_access_key` and
 * `aws_assume_role`, none for others. They take the place of any of the same name.
 * @param fields of a usable credential: those of the session where a role was assumed
 * @param now by the application's clock; AWS accepts five minutes of difference
 */
export async function signRequest(
  way: AuthWay,
  fields: CredentialFields,
  config: Record<string, FieldValue>,
  { method, url, headers, body }: RequestToSign,
  now: Date,
): Promise<Record<string, string>> {
  if (way.credential_type !== 'aws_access_key' && way.credential_type !== 'aws_assume_role') return {};
  const {
    access_key_id: accessKeyId,
    secret_access_key: secretAccessKey,
    session_token: sessionToken,
  } = fields;
  const service = String(config.service ?? 'sts');
  const target = new URL(url);
  const signer = new SignatureV4({
    service,
    region: String(config.region),
    credentials: {
      accessKeyId: String(accessKeyId),
      secretAccessKey: String(secretAccessKey),
      ...(sessionToken !== undefined && { sessionToken: String(sessionToken) }),
    },
    sha256: Sha256,
    uriEscapePath: service !== 's3',
  });
  const toSign = new HttpRequest({
    method: method.toUpperCase(),
    protocol: target.protocol,
    hostname: target.host,
    path: pathFor(service, target),
    query: queryOf(target),
    headers: {
      ...headersToSign(target, headers),
      ...(body === 'unsigned' && { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }),
    },
    ...(Buffer.isBuffer(body) && { body }),
  });
  const { headers: signed } = await signer.sign(toSign, { signingDate: now });
  return Object.fromEntries(
    Object.entries(signed).filter(([name]) => name === 'authorization' || BROUGHT.has(name)),
  );
}
