import { Injectable, Logger } from '@nestjs/common';
import { OAuthClient } from '../../tokens/oauth2/oauth-client.js';
import { OAuthClients } from '../../tokens/oauth2/oauth-clients.js';
import { type StoredSource, StoredSources } from './stored-sources.js';

/** A provider that does not answer must not keep anybody from deleting. */
const LIMIT_MS = 10_000;

/** Withdraws at the provider what an integration was given there. */
@Injectable()
export class TokenRevocation {
  private readonly logger = new Logger('Tokens');

  constructor(
    private readonly sources: StoredSources,
    private readonly client: OAuthClient,
    private readonly clients: OAuthClients,
  ) {}

  /** @returns what could not be undone, in plain words; nothing for credentials that no call can withdraw. */
  async withdraw(organizationId: string, integrationId: string): Promise<string[]> {
    const stored = await this.sources.load(organizationId, integrationId);
    if (stored.credential?.credentialType !== 'oauth2') return [];
    const { source } = stored;
    if (!source) return [`The tokens were not withdrawn at the provider: ${stored.problem!.reason}.`];
    const { access_token: accessToken, refresh_token: refreshToken } = source.fields;
    if (typeof accessToken !== 'string') return [];
    const { manifest, way, config, fields } = source;
    const elsewhere = `To be sure, remove Latchkey from the authorised applications of the account at ${manifest.name}.`;
    const client = this.clients.resolve({ manifest, way, config }, fields);
    if (!client)
      return [`The tokens were not withdrawn: no OAuth client for ${manifest.name} is set up. ${elsewhere}`];
    const tokens = { accessToken, ...(typeof refreshToken === 'string' && { refreshToken }) };
    try {
      const how = await this.client.revoke(
        { manifest, way, config, client },
        tokens,
        AbortSignal.timeout(LIMIT_MS),
      );
      if (how === 'revoked') return [];
      return [
        `${manifest.name} has no way for Latchkey to withdraw the tokens, so they stay good there until they end. ${elsewhere}`,
      ];
    } catch (error) {
      return this.explain(stored, error, elsewhere);
    }
  }

  /** Of tokens that were gone already nothing is left to withdraw. */
  private explain({ credential, source }: StoredSource, error: unknown, elsewhere: string): string[] {
    this.logger.warn(`Tokens could not be withdrawn at ${source?.manifest.id}: ${(error as Error).message}`);
    if (credential?.state === 'revoked') return [];
    return [
      `The tokens could not be withdrawn at ${source?.manifest.name}, which did not take the request. ${elsewhere}`,
    ];
  }
}
