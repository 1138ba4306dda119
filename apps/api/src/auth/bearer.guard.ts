import { Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { AppError } from '../common/app-error.js';
import { JwtStrategy } from './jwt.strategy.js';

/** Passport's answer in the contract's words. */
@Injectable()
export class BearerGuard extends AuthGuard() {
  constructor(strategy: JwtStrategy) {
    // The strategy itself and not its name: names belong to the process, and two applications in one (replicas
    // in a test) would check each other's tokens. The types know names.
    super({ defaultStrategy: strategy as unknown as string });
  }

  override handleRequest<T>(error: unknown, user: T | false): T {
    if (error) throw error;
    if (user) return user;
    throw new AppError(
      'UNAUTHENTICATED',
      'The access token is not valid, or its session has ended. Sign in again.',
    );
  }
}
