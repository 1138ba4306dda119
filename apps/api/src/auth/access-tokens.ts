import { Injectable } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import { Clock } from '../common/clock.js';
import { newId } from '../common/new-id.js';
import { Environment } from '../config/environment.js';
import { Installation } from '../vault/installation.js';

export const ISSUER = 'latchkey';
export const AUDIENCE = 'latchkey-api';
export const ALGORITHM = 'HS256';

/** The claims of an access token (RFC 9068 in spirit, signed HS256 for this installation alone). */
export interface AccessClaims {
  sub: string;
  sid: string;
  /** The active organisation. */
  org?: string;
  jti: string;
  exp: number;
}

@Injectable()
export class AccessTokens {
  constructor(
    private readonly installation: Installation,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  sign(
    userId: string,
    sessionId: string,
    organizationId: string | null,
  ): { access_token: string; expires_in: number } {
    const issued = Math.floor(this.clock.now() / 1000);
    const claims = {
      iss: ISSUER,
      aud: AUDIENCE,
      sub: userId,
      sid: sessionId,
      ...(organizationId ? { org: organizationId } : {}),
      jti: newId(),
      iat: issued,
      exp: issued + this.environment.accessTokenTtl,
    };
    return {
      access_token: jwt.sign(claims, this.installation.signingKey, { algorithm: ALGORITHM }),
      expires_in: this.environment.accessTokenTtl,
    };
  }
}
