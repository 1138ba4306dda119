import { Injectable } from '@nestjs/common';
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

/** The clients that Latchkey has at providers. One that came with a credential goes before the installation's. */
@Injectable()
export class OAuthClients {
  constructor(private readonly environment: Environment) {}

  /** True when the installation has a client for this type, so that nobody needs to bring one. */
  has(typeId: string): boolean {
    return this.environment.oauthClients.has(typeId);
  }

  resolve(typeId: string, fields: CredentialFields): OAuthClientIdentity | undefined {
    const { client_id: id, client_secret: secret } = fields;
    if (typeof id === 'string' && id !== '')
      return typeof secret === 'string' && secret !== '' ? { id, secret, of: 'own' } : { id, of: 'own' };
    const shared = this.environment.oauthClients.get(typeId);
    return shared && { ...shared, of: 'installation' };
  }

  /** Where providers send the browser back to; registered there to the letter. */
  get callbackUrl(): string {
    return new URL('/api/v1/oauth/callback', this.environment.publicUrl).toString();
  }
}
