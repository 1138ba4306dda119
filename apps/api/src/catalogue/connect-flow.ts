import type { AuthWay, Manifest } from '@latchkey/catalogue';
import type { OAuthClients } from '../tokens/oauth2/oauth-clients.js';
import type { AuthModeDto, OAuthModeDto } from './catalogue.dto.js';

export const flowOf = (way: AuthWay): AuthModeDto['flow'] => way.flow ?? (way.oauth2 ? 'oauth' : 'form');

/** What a person has to know before the authorisation. */
export function oauthOf(manifest: Manifest, way: AuthWay, clients: OAuthClients): OAuthModeDto | null {
  const { oauth2 } = way;
  if (!oauth2) return null;
  return {
    client: clients.has({ manifest, way, config: {} }) ? 'installation' : 'own',
    callback_url: clients.callbackUrl,
    scopes: oauth2.scopes.map(({ name, allows, default: isDefault, required }) => ({
      name,
      allows,
      default: isDefault || required,
      required,
    })),
    client_setup: { link: oauth2.client_setup?.link ?? null, steps: oauth2.client_setup?.steps ?? [] },
  };
}
