import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { STSClient } from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity } from '@smithy/types';
import { awsRequestHandler } from '../../egress/aws-http-handler.js';
import type { EgressClient } from '../../egress/egress.client.js';
import { EgressError } from '../../egress/egress.error.js';
import { egressTo, isOutage } from './operator-egress.js';
import { KeyError, KeyStoreUnavailableError } from './root-key.js';

const require = createRequire(import.meta.url);
const sdk = () => require('@aws-sdk/client-sts') as typeof import('@aws-sdk/client-sts');

const ATTEMPTS = 2;
const TIMEOUT_MS = 3000;
const TRANSIENT = /^(Throttl|RequestLimit|IDPCommunicationError|InternalFailure|ServiceUnavailable)/;

export interface WebIdentitySettings {
  tokenFile: string | undefined;
  roleArn: string | undefined;
  sessionName: string;
  endpoint: string | undefined;
}

/**
 * Who asks AWS, where the platform vouches for that: a token in a file, which it renews (EKS does so for service
 * accounts), is exchanged at STS for keys that last an hour. The SDK asks again before they end.
 */
export class WebIdentity {
  private readonly client: STSClient;
  private readonly egress: EgressClient;

  constructor(
    private readonly settings: WebIdentitySettings,
    region: string,
    domain: string,
  ) {
    if (!settings.roleArn) throw new KeyError('AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not.');
    const endpoint = settings.endpoint ?? `https://sts.${region}.${domain}`;
    this.egress = egressTo(endpoint, 'AWS_STS_ENDPOINT');
    this.client = new (sdk().STSClient)({
      region,
      endpoint,
      // The one call that is made goes unsigned: the token is its proof. Nothing is to be looked for elsewhere.
      credentials: { accessKeyId: '', secretAccessKey: '' },
      defaultsMode: 'standard',
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      maxAttempts: ATTEMPTS,
      retryMode: 'standard',
      requestHandler: awsRequestHandler(this.egress, { timeoutMs: TIMEOUT_MS }),
    });
  }

  /** @throws KeyError, KeyStoreUnavailableError */
  async keys(): Promise<AwsCredentialIdentity> {
    const { roleArn, sessionName } = this.settings;
    const command = new (sdk().AssumeRoleWithWebIdentityCommand)({
      RoleArn: roleArn,
      RoleSessionName: sessionName,
      WebIdentityToken: await this.token(),
    });
    const { Credentials: keys } = await this.client.send(command).catch((error: unknown) => {
      throw this.explained(error);
    });
    const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = keys ?? {};
    if (!accessKeyId || !secretAccessKey)
      throw new KeyError(`STS answers without keys for ${roleArn}. Check AWS_STS_ENDPOINT.`);
    return { accessKeyId, secretAccessKey, sessionToken: keys!.SessionToken, expiration: keys!.Expiration };
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.egress.close();
  }

  private async token(): Promise<string> {
    try {
      return (await readFile(this.settings.tokenFile!, 'utf8')).trim();
    } catch (error) {
      throw new KeyError(`AWS_WEB_IDENTITY_TOKEN_FILE: ${(error as Error).message}`, { cause: error });
    }
  }

  /** What AWS says of a token is left out: it may repeat parts of it. */
  private explained(error: unknown): Error {
    const where = `STS for ${this.settings.roleArn}`;
    if (isOutage(error)) return new KeyStoreUnavailableError(`${where}: ${error.reason}`, { cause: error });
    if (error instanceof EgressError) return new KeyError(`${where}: ${error.reason}`, { cause: error });
    const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
    if (TRANSIENT.test(name) || ($metadata?.httpStatusCode ?? 0) >= 500)
      return new KeyStoreUnavailableError(`${where}: it fails (${name}).`, { cause: error });
    return new KeyError(
      `${where} refuses the token in AWS_WEB_IDENTITY_TOKEN_FILE (${name}). Check AWS_ROLE_ARN, and that the trust ` +
        'policy of the role names this service account.',
      { cause: error },
    );
  }
}
