import { createHash, createHmac, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { Environment } from '../config/environment.js';
import { Installation } from '../vault/installation.js';

const PREFIX = 'lkr_';
const TOKEN = /^lkr_[A-Za-z0-9_-]{43}$/;

/** Refresh tokens: 256 bits behind a prefix that secret scanners know, stored as their SHA-256. */
@Injectable()
export class RefreshTokens {
  constructor(
    private readonly installation: Installation,
    private readonly environment: Environment,
    private readonly clock: Clock,
  ) {}

  make(): string {
    return `${PREFIX}${randomBytes(32).toString('base64url')}`;
  }

  /** The one token that may follow this one: derived, so that asking twice gives no second. */
  successor(token: string): string {
    const bytes = createHmac('sha256', this.installation.signingKey)
      .update(`refresh successor ${token}`)
      .digest();
    return `${PREFIX}${bytes.toString('base64url')}`;
  }

  isWellFormed(token: string): boolean {
    return TOKEN.test(token);
  }

  hash(token: string): Buffer {
    return createHash('sha256').update(token).digest();
  }

  /** When a session ends that is not continued from now on. */
  expiry(): Date {
    return new Date(this.clock.now() + this.environment.refreshTokenTtl * 1000);
  }
}
