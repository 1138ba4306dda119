import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import type { HookOwner } from '../inbound/hook-address.js';
import { CredentialsService } from '../tokens/credentials.service.js';
import { UnsealError } from '../vault/sealed-format.js';

const FIELD = 'signing_secret';

/** The secrets by which Slack's apps sign what they send. */
@Injectable()
export class SigningSecrets {
  readonly ofInstallation: string | undefined;

  constructor(
    environment: Environment,
    private readonly credentials: CredentialsService,
  ) {
    this.ofInstallation = environment.slackSigningSecret;
  }

  /** Whether the integration brought the client of an app of its own, or a token of one. */
  async bringsApp({ organizationId, id }: HookOwner): Promise<boolean> {
    const credential = await this.credentials.find(organizationId, id);
    return credential?.credentialType !== 'oauth2' || credential.fieldNames.includes('client_id');
  }

  /** That of the app whose credentials this integration brought; undefined when nobody entered it. */
  async of({ organizationId, id }: HookOwner): Promise<string | undefined> {
    const credential = await this.credentials.find(organizationId, id);
    // Without the field there is nothing to open.
    if (!credential?.fieldNames.includes(FIELD)) return undefined;
    try {
      const { [FIELD]: secret } = await this.credentials.open(credential);
      return typeof secret === 'string' && secret !== '' ? secret : undefined;
    } catch (error) {
      if (error instanceof UnsealError) return undefined;
      throw error;
    }
  }
}
