// OAuth tokens: what a refresh adds, and how many refreshes a rush causes.
import { request } from 'undici';
import { Database } from '../../apps/api/dist/database/database.js';
import { IntegrationTokens } from '../../apps/api/dist/integrations/tokens/integration-tokens.js';
import { LiveConnections } from '../../apps/api/dist/integrations/credentials/live-connections.js';
import { CredentialsService } from '../../apps/api/dist/tokens/credentials.service.js';
import { UsableCredentials } from '../../apps/api/dist/tokens/usable-credentials.js';
import { loop, median, ROUND_MS } from '../loops.mjs';

const SECRET = 'x'.repeat(40);

export class TokenMeasures {
  constructor(of) {
    this.database = of(Database);
    this.credentials = of(CredentialsService);
    this.tokens = of(IntegrationTokens);
    this.connections = of(LiveConnections);
    this.usable = of(UsableCredentials);
  }

  /** Tokens as a consent leaves them; they have ended. */
  async authorise(organizationId, integrationId) {
    const current = await this.credentials.find(organizationId, integrationId);
    const ended = new Date(Date.now() - 1000);
    const sealed = await this.credentials.seal(
      organizationId,
      integrationId,
      {
        credentialType: 'oauth2',
        fields: { client_id: 'bench', client_secret: SECRET, access_token: 'ended', refresh_token: 'first' },
        expiresAt: ended,
        refreshAt: ended,
        proven: true,
      },
      current.id,
    );
    await this.database.tenant(organizationId, (manager) => this.credentials.replace(manager, sealed));
    this.connections.changed(organizationId, integrationId);
  }

  /** Refreshes one after the other, and what the provider takes alone. @returns medians in milliseconds */
  async refresh(organizationId, integrationId, tokenUrl) {
    await this.authorise(organizationId, integrationId);
    const form = {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `grant_type=refresh_token&refresh_token=${SECRET}&client_id=bench&client_secret=${SECRET}`,
    };
    const alone = [];
    const whole = [];
    for (let round = 0; round < 3; round += 1) {
      const direct = await loop(1, ROUND_MS / 3, async () => (await request(tokenUrl, form)).body.dump());
      const refreshed = await loop(1, ROUND_MS / 3, () =>
        this.tokens.refresh(organizationId, integrationId, 'person'),
      );
      alone.push(direct.p50);
      whole.push(refreshed.p50);
    }
    return { alone: median(alone), whole: median(whole) };
  }

  /** Many want the same token at once, which has ended. @returns how many different ones they got, and how long it took */
  async rush(organizationId, integrationId, callers) {
    await this.authorise(organizationId, integrationId);
    const program = { organizationId, integrationIds: null, integrationTypeIds: null };
    const began = performance.now();
    const all = await Promise.all(
      Array.from({ length: callers }, async () =>
        this.usable.get(await this.connections.require(program, integrationId)),
      ),
    );
    const tokens = new Set(all.map(({ value }) => value.access_token));
    return { tokens: tokens.size, ms: performance.now() - began };
  }
}
