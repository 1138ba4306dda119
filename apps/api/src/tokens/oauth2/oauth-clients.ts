import { Injectable } from '@nestjs/common';
import type { AuthWay, FieldValue, Manifest } from '@latchkey/catalogue';
import { Environment } from '../../config/environment.js';
import type { CredentialFields } from '../credentials.service.js';

/** Who asks for tokens: the client that is registered at the provider. It holds a secret. */
export interface OAuthClientIdentity {
  id: string;
  /** Absent for public clients. */
  secret?: string;
  /** Whose it is: the installation's, from the environment, or one that came with the credential. */
  of: 'installation' | 'own';
}

/** Where a client would be used. */
export interface OAuthPlace {
  manifest: Manifest;
  way: AuthWay;
  config: Record<string, FieldValue>;
}

const CONFIG_FIELD = /\{config\.([a-z][a-z0-9_]*)/g;

/** Settings that decide where a client's secret and the tokens are sent. */
function addressFields({ oauth2 }: AuthWay): string[] {
  const { authorization_url, token_url, refresh_url, revocation, issuer } = oauth2!;
  const addresses = [authorization_url, token_url, refresh_url, revocation?.url, issuer].join(' ');
  return Array.from(addresses.matchAll(CONFIG_FIELD), ([, name]) => name!);
}

/** The clients that Latchkey has at providers. One that came with a credential goes before the installation's. */
@Injectable()
export class OAuthClients {
  constructor(private readonly environment: Environment) {}

  /**
   * True when the installation has a client for this type, so that nobody needs to bring one. Its secret goes nowhere but
   * to the manifest's own addresses: where a setting names another server, whoever chose that brings a client for it.
   */
  has({ manifest, way, config }: OAuthPlace): boolean {
    const asUsual = (name: string): boolean => {
      const usual = manifest.config.properties[name]?.default;
      return usual !== undefined && (config[name] === undefined || config[name] === usual);
    };
    return this.environment.oauthClients.has(manifest.id) && addressFields(way).every(asUsual);
  }

  resolve(place: OAuthPlace, fields: CredentialFields): OAuthClientIdentity | undefined {
    const { client_id: id, client_secret: secret } = fields;
    if (typeof id === 'string' && id !== '')
      return typeof secret === 'string' && secret !== '' ? { id, secret, of: 'own' } : { id, of: 'own' };
    const shared = this.has(place) ? this.environment.oauthClients.get(place.manifest.id) : undefined;
    return shared && { ...shared, of: 'installation' };
  }

  /** Where providers send the browser back to; registered there to the letter. */
  get callbackUrl(): string {
    return new URL('/api/v1/oauth/callback', this.environment.publicUrl).toString();
  }
}
