import { Injectable } from '@nestjs/common';
import { Installation } from '../vault/installation.js';
import { generateServiceToken, hashServiceToken, hintOf } from './service-token-format.js';

export interface NewSecret {
  /** Shown once. */
  token: string;
  hash: Buffer;
  hint: string;
}

@Injectable()
export class ServiceTokenSecrets {
  constructor(private readonly installation: Installation) {}

  generate(organizationId: string): NewSecret {
    const token = generateServiceToken(organizationId);
    return { token, hash: this.hash(token), hint: hintOf(token) };
  }

  hash(token: string): Buffer {
    return hashServiceToken(this.installation.tokenKey, token);
  }
}
