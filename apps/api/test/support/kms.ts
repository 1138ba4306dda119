import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { type Answer, Counterpart, type Received } from './counterpart.js';

const ACCESS_KEY_ID = 'AKIDEXAMPLELATCHKEY1';
const SECRET_ACCESS_KEY = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const SESSION_TOKEN = 'FwoGZXIvYXdzEXAMPLESESSION//////////token==';
const CLOCK_SKEW_MS = 5 * 60_000;

interface KmsKey {
  arn: string;
  material: Buffer;
  enabled: boolean;
}

interface KmsRequest {
  KeyId?: string;
  Plaintext?: string;
  CiphertextBlob?: string;
  EncryptionContext?: Record<string, string>;
}

class KmsFault extends Error {
  constructor(
    readonly type: string,
    readonly status = 400,
  ) {
    super(type);
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * AWS KMS on the wire: JSON 1.1, every signature recomputed (AWS Signature Version 4), keys that really encrypt and
 * bind the encryption context.
 */
export class KmsCounterpart {
  /** When set, every call fails with it: `['ThrottlingException', 400]`. */
  fault: [type: string, status: number] | null = null;
  /** Fails this many more calls with `fault`, and then no more. */
  faults = Infinity;
  /** What is answered in place of the truth. */
  lie: ((operation: string, answer: Record<string, string>) => object) | null = null;
  /** Refuses calls of these operations. */
  readonly denied = new Set<string>();
  /** What is signed with; another one is not known here. */
  accessKeyId = ACCESS_KEY_ID;
  readonly calls: { operation: string; request: KmsRequest }[] = [];
  private readonly keys = new Map<string, KmsKey>();
  private readonly aliases = new Map<string, string>();

  private constructor(
    readonly counterpart: Counterpart,
    private readonly region: string,
  ) {}

  static async start(region = 'eu-central-1'): Promise<KmsCounterpart> {
    const counterpart = await Counterpart.start();
    const kms = new KmsCounterpart(counterpart, region);
    counterpart.answers({ '*': (request) => kms.answer(request) });
    return kms;
  }

  /** @returns its ARN. */
  createKey(alias?: string, id: string = randomUUID()): string {
    const arn = `arn:aws:kms:${this.region}:123456789012:key/${id}`;
    this.keys.set(arn, { arn, material: randomBytes(32), enabled: true });
    if (alias) this.aliases.set(`alias/${alias}`, arn);
    return arn;
  }

  disable(arn: string, enabled = false): void {
    this.keys.get(arn)!.enabled = enabled;
  }

  settings(keyId: string): Record<string, string> {
    return {
      AWS_REGION: this.region,
      AWS_KMS_ENDPOINT: this.counterpart.url,
      AWS_KMS_KEY_ID: keyId,
      AWS_ACCESS_KEY_ID: ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
      AWS_SESSION_TOKEN: SESSION_TOKEN,
    };
  }

  close(): Promise<void> {
    return this.counterpart.close();
  }

  private answer(received: Received): Answer {
    try {
      if (this.fault && this.faults > 0) {
        this.faults -= 1;
        throw new KmsFault(...this.fault);
      }
      this.verify(received);
      const [service, operation = ''] = String(received.headers['x-amz-target']).split('.');
      if (service !== 'TrentService') throw new KmsFault('UnknownOperationException');
      const request = JSON.parse(received.body) as KmsRequest;
      this.calls.push({ operation, request });
      if (this.denied.has(operation)) throw new KmsFault('AccessDeniedException');
      const answer = this.perform(operation, request);
      return {
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        text: JSON.stringify(this.lie ? this.lie(operation, answer) : answer),
      };
    } catch (error) {
      const { type, status } = error instanceof KmsFault ? error : new KmsFault('SerializationException');
      return {
        status,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        text: JSON.stringify({ __type: type, message: `KMS says ${type}` }),
      };
    }
  }

  private perform(operation: string, request: KmsRequest): Record<string, string> {
    const context = Buffer.from(
      JSON.stringify(
        Object.entries(request.EncryptionContext ?? {}).toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ),
    );
    if (Object.values(request.EncryptionContext ?? {}).includes(''))
      throw new KmsFault('ValidationException');
    if (operation === 'Encrypt') {
      const key = this.usableKey(request.KeyId ?? '');
      const plaintext = Buffer.from(request.Plaintext ?? '', 'base64');
      if (plaintext.length === 0 || plaintext.length > 4096) throw new KmsFault('ValidationException');
      const nonce = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key.material, nonce).setAAD(context);
      const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      const name = Buffer.from(key.arn);
      const blob = Buffer.concat([Buffer.from([name.length]), name, nonce, sealed]);
      return {
        KeyId: key.arn,
        CiphertextBlob: blob.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    }
    if (operation !== 'Decrypt') throw new KmsFault('UnknownOperationException');
    const blob = Buffer.from(request.CiphertextBlob ?? '', 'base64');
    const end = 1 + (blob[0] ?? 0);
    const arn = blob.subarray(1, end).toString();
    if (!this.keys.has(arn)) throw new KmsFault('InvalidCiphertextException');
    const key = this.usableKey(arn);
    if (request.KeyId && this.resolve(request.KeyId) !== arn) throw new KmsFault('IncorrectKeyException');
    try {
      const cipher = createDecipheriv('aes-256-gcm', key.material, blob.subarray(end, end + 12)).setAAD(
        context,
      );
      cipher.setAuthTag(blob.subarray(-16));
      const plaintext = Buffer.concat([cipher.update(blob.subarray(end + 12, -16)), cipher.final()]);
      return {
        KeyId: arn,
        Plaintext: plaintext.toString('base64'),
        EncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      };
    } catch {
      throw new KmsFault('InvalidCiphertextException');
    }
  }

  private resolve(keyId: string): string | undefined {
    return [...this.keys.keys()].find(
      (arn) => arn === keyId || arn.endsWith(`/${keyId}`) || arn === this.aliases.get(keyId),
    );
  }

  private usableKey(keyId: string): KmsKey {
    const key = this.keys.get(this.resolve(keyId) ?? '');
    if (!key) throw new KmsFault('NotFoundException');
    if (!key.enabled) throw new KmsFault('DisabledException');
    return key;
  }

  /** AWS Signature Version 4, from its description: canonical request, string to sign, signature. */
  private verify({ method, path, headers, body }: Received): void {
    const match =
      /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/kms\/aws4_request, SignedHeaders=([^,]+), Signature=(\w+)$/.exec(
        headers.authorization ?? '',
      );
    if (!match) throw new KmsFault('MissingAuthenticationTokenException');
    const [, accessKeyId, day, region, signed, signature] = match as unknown as string[];
    if (accessKeyId !== this.accessKeyId) throw new KmsFault('UnrecognizedClientException');
    const stamp = String(headers['x-amz-date']);
    const at = Date.parse(stamp.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
    if (Math.abs(Date.now() - at) > CLOCK_SKEW_MS) throw new KmsFault('InvalidSignatureException');
    const names = signed!.split(';');
    for (const required of ['host', 'x-amz-date', 'x-amz-target', 'x-amz-security-token']) {
      if (!names.includes(required)) throw new KmsFault('InvalidSignatureException');
    }
    if (headers['x-amz-security-token'] !== SESSION_TOKEN) throw new KmsFault('ExpiredTokenException');
    const [target, query = ''] = path.split('?');
    const canonical = [
      method,
      target,
      query,
      ...names.map((name) => `${name}:${String(headers[name]).trim().replace(/ +/g, ' ')}`),
      '',
      signed,
      sha256(body),
    ].join('\n');
    const scope = `${day}/${region}/kms/aws4_request`;
    const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n');
    const key = [day!, region!, 'kms', 'aws4_request'].reduce<string | Buffer>(
      (previous, part) => hmac(previous, part),
      `AWS4${SECRET_ACCESS_KEY}`,
    );
    if (region !== this.region || hmac(key, toSign).toString('hex') !== signature) {
      throw new KmsFault('InvalidSignatureException');
    }
  }
}
