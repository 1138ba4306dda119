import { createRequire } from 'node:module';
import type { KMSClient } from '@aws-sdk/client-kms';
import type { KeySettings } from '../../config/key-settings.js';
import { awsRequestHandler } from '../../egress/aws-http-handler.js';
import type { EgressClient } from '../../egress/egress.client.js';
import type { Availability } from './availability.js';
import { encryptionContext, kmsError } from './aws-kms-errors.js';
import { WebIdentity } from './aws-web-identity.js';
import { egressTo } from './operator-egress.js';
import { fingerprintOf, KeyError, type KeyStore, type RootKey } from './root-key.js';

const require = createRequire(import.meta.url);
/** AWS's client takes 30 MB, which those who do not use it are spared. */
const sdk = () => require('@aws-sdk/client-kms') as typeof import('@aws-sdk/client-kms');

/** One repetition, so that a call ends within a few seconds whatever happens. */
const ATTEMPTS = 2;
const TIMEOUT_MS = 3000;
const KEY_ARN = /^arn:[^:]+:kms:[^:]+:\d{12}:key\//;
/** Replicas of a multi-Region key are one key: they open what any of them has wrapped. */
const MULTI_REGION = /^(arn:[^:]+:kms:)[^:]+(:\d{12}:key\/mrk-)/;

/** A symmetric key of AWS KMS. It never leaves KMS: wrapping and unwrapping are calls. */
export class AwsKmsKeyStore implements KeyStore {
  readonly kind = 'aws-kms';
  readonly needsSalt = false;
  readonly location: string;
  private readonly keyId: string;
  private readonly client: KMSClient;
  private readonly egress: EgressClient;
  private readonly identity: WebIdentity | null;

  constructor(
    { kms, suffix }: KeySettings,
    readonly availability: Availability,
  ) {
    const missing = Object.entries({
      [`AWS_KMS_KEY_ID${suffix}`]: kms.keyId,
      AWS_REGION: kms.region,
      // Keys of one's own go before those that the platform offers.
      ...(kms.webIdentity.tokenFile && !kms.accessKeyId
        ? {}
        : { AWS_ACCESS_KEY_ID: kms.accessKeyId, AWS_SECRET_ACCESS_KEY: kms.secretAccessKey }),
    }).flatMap(([name, value]) => (value ? [] : [name]));
    if (missing.length > 0) {
      throw new KeyError(
        `KEY_STORE${suffix} is aws-kms, but ${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} not set.`,
      );
    }
    const region = kms.region!;
    const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
    const endpoint = kms.endpoint ?? `https://kms.${region}.${domain}`;
    this.keyId = kms.keyId!;
    this.location = `AWS KMS key ${this.keyId} in ${region}`;
    this.egress = egressTo(endpoint, 'AWS_KMS_ENDPOINT');
    const identity = kms.accessKeyId ? null : new WebIdentity(kms.webIdentity, region, domain);
    this.identity = identity;
    this.client = new (sdk().KMSClient)({
      region,
      endpoint,
      // Everything is said here, so that the SDK looks nowhere by itself: no profile, no metadata service.
      credentials: identity
        ? () => identity.keys()
        : {
            accessKeyId: kms.accessKeyId!,
            secretAccessKey: kms.secretAccessKey!,
            ...(kms.sessionToken ? { sessionToken: kms.sessionToken } : {}),
          },
      defaultsMode: 'standard',
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      maxAttempts: ATTEMPTS,
      retryMode: 'standard',
      requestHandler: awsRequestHandler(this.egress, { timeoutMs: TIMEOUT_MS }),
    });
  }

  /** An alias or a bare id is looked up once, by a call that needs no permission besides kms:Encrypt. */
  async load(): Promise<RootKey> {
    const arn = KEY_ARN.test(this.keyId) ? this.keyId : await this.arnOf(this.keyId);
    return new KmsRootKey(arn, this.location, this.client, this.availability);
  }

  provide(): Promise<RootKey> {
    return this.load();
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.egress.close();
    await this.identity?.close();
  }

  private async arnOf(keyId: string): Promise<string> {
    const command = new (sdk().EncryptCommand)({
      KeyId: keyId,
      Plaintext: Buffer.from('latchkey'),
      EncryptionContext: encryptionContext(['', '', '', 'which key is this']),
    });
    const { KeyId: arn } = await this.availability.watch(() =>
      this.client.send(command).catch((error: unknown) => {
        throw kmsError(error, this.location, 'Encrypt');
      }),
    );
    if (!arn) throw new KeyError(`${this.location}: the answer names no key. Check AWS_KMS_ENDPOINT.`);
    return arn;
  }
}

const fingerprintOfArn = (arn: string): string =>
  fingerprintOf('aws-kms', arn.replace(MULTI_REGION, '$1*$2'));

class KmsRootKey implements RootKey {
  readonly fingerprint: string;

  constructor(
    private readonly arn: string,
    private readonly location: string,
    private readonly client: KMSClient,
    private readonly availability: Availability,
  ) {
    this.fingerprint = fingerprintOfArn(arn);
  }

  async wrap(context: readonly string[], plaintext: Buffer): Promise<Buffer> {
    const command = new (sdk().EncryptCommand)({
      KeyId: this.arn,
      Plaintext: plaintext,
      EncryptionContext: encryptionContext(context),
    });
    const { KeyId: arn, CiphertextBlob: wrapped } = await this.availability.watch(() =>
      this.client.send(command).catch((error: unknown) => {
        throw kmsError(error, this.location, 'Encrypt');
      }),
    );
    return this.believed(arn, wrapped);
  }

  async unwrap(context: readonly string[], wrapped: Buffer): Promise<Buffer> {
    const command = new (sdk().DecryptCommand)({
      // Named, so that a value wrapped by another key of the account is refused and not opened.
      KeyId: this.arn,
      CiphertextBlob: wrapped,
      EncryptionContext: encryptionContext(context),
    });
    const { KeyId: arn, Plaintext: plaintext } = await this.availability.watch(() =>
      this.client.send(command).catch((error: unknown) => {
        throw kmsError(error, this.location, 'Decrypt');
      }),
    );
    return this.believed(arn, plaintext);
  }

  /** @throws KeyError for an answer that another key gave or that holds nothing: nothing may be sealed under that. */
  private believed(arn: string | undefined, value: Uint8Array | undefined): Buffer {
    if (value?.length && arn && fingerprintOfArn(arn) === this.fingerprint) return Buffer.from(value);
    const what = arn && value?.length ? `is that of another key, ${arn}` : 'is incomplete';
    throw new KeyError(`${this.location}: the answer ${what}. Check AWS_KMS_ENDPOINT.`);
  }
}
