import { AssumeRoleCommand, type AssumeRoleCommandOutput } from '@aws-sdk/client-sts';
import { explainAws, stsClient } from '../aws-sts.js';
import type { CredentialSource } from '../credential-source.js';
import { CredentialUnusableError } from '../credential-unusable.error.js';
import { CALL_TIMEOUT_MS, type DerivationTools, type Derived } from './derivation.js';

/** An hour: the most that every role allows. */
const LIFETIME_S = 3600;
const LONGEST_MS = 13 * 3_600_000;

function derivedOf({ Credentials: keys }: AssumeRoleCommandOutput, now: number): Derived {
  const { AccessKeyId: id, SecretAccessKey: secret, SessionToken: token, Expiration: end } = keys ?? {};
  const left = (end?.getTime() ?? Number.NaN) - now;
  if (!id || !secret || !token || !end) {
    throw new CredentialUnusableError('bad_response', 'AWS answered without an error and without keys', {
      hint: 'Check the addresses in the settings, or leave them empty for the ones of the region.',
    });
  }
  if (!(left > 0 && left < LONGEST_MS)) {
    throw new CredentialUnusableError('bad_response', 'AWS gave its keys a lifetime that cannot be true', {
      hint: 'Check that the clock of this server is right, then test again.',
    });
  }
  return { fields: { access_key_id: id, secret_access_key: secret, session_token: token }, expiresAt: end };
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
export async function deriveAssumedRole(
  { config, fields }: CredentialSource,
  tools: DerivationTools,
): Promise<Derived> {
  const { egress, signal } = tools;
  const now = tools.now();
  const client = stsClient(config, fields, { egress, signal, now, timeoutMs: CALL_TIMEOUT_MS });
  try {
    const answer = await client.send(
      new AssumeRoleCommand({
        RoleArn: String(fields.role_arn),
        RoleSessionName: String(fields.session_name ?? 'latchkey'),
        DurationSeconds: LIFETIME_S,
        ...(fields.external_id !== undefined && { ExternalId: String(fields.external_id) }),
      }),
    );
    return derivedOf(answer, now);
  } catch (error) {
    throw explainAws(error);
  } finally {
    client.destroy();
  }
}
