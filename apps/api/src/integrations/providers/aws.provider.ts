import { GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { explainAws, stsClient } from '../../tokens/aws-sts.js';
import { CredentialUnusableError } from '../../tokens/credential-unusable.error.js';
import type { ProviderCall, ProviderOutcome } from './provider.js';

/** Asks STS who the keys belong to: every principal may, whatever its policies say. */
export async function callAws(call: ProviderCall): Promise<ProviderOutcome> {
  const { egress, signal, now, stepLimitMs: timeoutMs } = call;
  const client = stsClient(call.config, call.credentials, { egress, signal, now, timeoutMs });
  try {
    const {
      Account: account,
      Arn: arn,
      UserId: userId,
    } = await client.send(new GetCallerIdentityCommand({}));
    if (!account || !arn) {
      throw new CredentialUnusableError('bad_response', 'What answered is not AWS STS', {
        hint: 'Check the addresses in the settings, or leave them empty for the ones of the region.',
      });
    }
    return { ok: true, details: { account, arn, user_id: userId } };
  } catch (error) {
    throw explainAws(error);
  } finally {
    client.destroy();
  }
}
