import { redactValues } from '../../common/redaction.js';
import type { OAuthParty, TokenGrant } from './token-grant.js';

/** A provider must not bring a secret into settings, logs or answers of ours, nor what PostgreSQL cannot keep. */
export function cleanGrant(grant: TokenGrant, { client }: OAuthParty): TokenGrant {
  const secrets = [grant.accessToken, grant.refreshToken, client.secret].filter((each) => each !== undefined);
  const clean = (text: string): string =>
    redactValues(text, secrets)
      .replace(/\p{Cc}+/gu, ' ')
      .toWellFormed();
  const { id, name } = grant.account ?? {};
  const captured = Object.entries(grant.captured).map(([field, value]) => [field, clean(value)]);
  return {
    ...grant,
    scopes: grant.scopes && grant.scopes.map(clean),
    account: grant.account && {
      ...(id === undefined ? {} : { id: clean(id) }),
      ...(name === undefined ? {} : { name: clean(name) }),
    },
    captured: Object.fromEntries(captured) as Record<string, string>,
  };
}
